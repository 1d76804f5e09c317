import type { BuildRequest } from '../request/build-request.ts'
import type { SecretFile } from './build-secrets.ts'

/** Whether a secret is a key for `RUN --mount=type=ssh`. */
export function isKey({ secrets }: Pick<BuildRequest, 'secrets'>, id: string): boolean {
  return secrets.get(id)?.kind === 'key'
}

/** Paths in the container of such keys, by the ids that the Dockerfile mounts. */
export function keysOf(
  request: BuildRequest,
  files: readonly SecretFile[],
): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, readonly string[]>()
  for (const { id, path } of files) {
    const source = request.secrets.get(id)
    if (source?.kind === 'key') keys.set(source.ssh, [...(keys.get(source.ssh) ?? []), path])
  }
  return keys
}
