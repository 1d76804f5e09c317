import { amountOf } from '../request/quantity.ts'
import { isAbsolute, joined } from './paths.ts'
import { proxyArguments } from '../plan/executor-flags.ts'
import type { LocalRequest } from '../request/build-request.ts'
import { cacheOptions } from './cache-options.ts'
import type { PlannedFile } from './local-plan.ts'
import type { LocalPlaces } from './local-places.ts'
import type { LocalTool } from './local-tool.ts'

/** What a plan has decided beyond the request. */
export interface LocalDecided {
  readonly request: LocalRequest
  readonly tool: LocalTool
  /** The last argument. */
  readonly context: string
  readonly dockerfile: string
  readonly labels: ReadonlyMap<string, string>
  /** Paths of the build's secrets, by their ids; and of keys, by the ids of `RUN --mount=type=ssh`. */
  readonly secrets: ReadonlyMap<string, string>
  readonly keys: ReadonlyMap<string, readonly string[]>
  readonly places: LocalPlaces
  readonly workspace: string
  readonly runUrl: string | undefined
  readonly keepsImage: boolean
  /** A name in the tool's store that no other build has. */
  readonly ownName: string
  readonly hasCertificates: boolean
  /** Whether the Dockerfile has what only Docker's format of images can hold. */
  readonly needsDockerFormat: boolean
  /** The image as files. */
  readonly files: readonly PlannedFile[]
}

/** A flag for each value. */
export const each = (flag: string, values: Iterable<string>): readonly string[] =>
  [...values].map((value) => `--${flag}=${value}`)

/** A flag where there is a value. */
export const given = (flag: string, value: string | number | undefined): readonly string[] =>
  value === undefined ? [] : [`--${flag}=${value}`]

export const pairs = (map: ReadonlyMap<string, string>): readonly string[] =>
  [...map].map(([key, value]) => `${key}=${value}`)

/** Flags that all of these tools have, under the same names. */
export function commonArgs({
  request,
  dockerfile,
  labels,
  tool,
  secrets,
  keys,
}: LocalDecided): readonly string[] {
  const { pod, frontend } = request
  const hosts = pod.hostAliases.flatMap(({ ip, hostnames }) => hostnames.map((name) => `${name}:${ip}`))
  const bytes = pod.sharedMemory === undefined ? undefined : amountOf(pod.sharedMemory)
  return [
    `--file=${dockerfile}`,
    ...given('target', request.target),
    ...given('platform', request.platform?.name),
    ...proxyArguments(request),
    ...each('build-arg', pairs(request.buildArgs)),
    ...each('label', pairs(labels)),
    ...each('add-host', hosts),
    ...given('shm-size', bytes === undefined ? undefined : String(bytes / 1_000_000_000n)),
    ...each('ulimit', frontend.ulimits),
    ...given('network', frontend.network),
    ...[...secrets].map(([id, path]) => `--secret=id=${id},src=${path}`),
    ...[...keys].map(([id, paths]) => `--ssh=${paths.length === 0 ? id : `${id}=${paths.join(',')}`}`),
    ...cacheOptions(request, tool).args,
  ]
}

/** `--build-context` for each. */
export function contextArgs({ request, workspace }: LocalDecided): readonly string[] {
  return request.frontend.contexts.map(({ name, source }) =>
    source.kind === 'remote'
      ? `--build-context=${name}=${source.address}`
      : `--build-context=${name}=${inWorkspace(workspace, source.path)}`,
  )
}

/** An input's path, absolute. */
export const inWorkspace = (workspace: string, path: string): string =>
  isAbsolute(path) ? path : joined(workspace, path)
