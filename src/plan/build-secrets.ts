import type { KubernetesObject, ObjectMeta } from '../kubernetes/objects.ts'
import { ownSecret } from './own-secret.ts'
import type { Places } from './places.ts'

/** A secret for `RUN --mount=type=secret`, as a file in the container. */
export interface SecretFile {
  /** What the Dockerfile calls it. */
  readonly id: string
  readonly value: Uint8Array
  /** A key of the Secret. */
  readonly file: string
  /** Absolute, in the container. */
  readonly path: string
}

/** A file for each secret, numbered: not every id can be a Secret's key. */
export function secretFiles(
  values: ReadonlyMap<string, Uint8Array>,
  { secrets }: Places,
): readonly SecretFile[] {
  return [...values].map(([id, value], at) => {
    const file = `secret-${at + 1}`
    return { id, value, file, path: `${secrets}/${file}` }
  })
}

/** The Secret that holds a build's secrets. */
export function buildSecret(metadata: ObjectMeta, files: readonly SecretFile[]): KubernetesObject {
  return ownSecret(metadata, 'Opaque', new Map(files.map(({ file, value }) => [file, value])))
}
