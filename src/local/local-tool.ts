import type { LocalBuilder } from '../request/builder-choice.ts'

/** A builder that was found on the runner. */
export interface LocalTool {
  readonly kind: LocalBuilder
  /** As it is called: `docker`. */
  readonly program: string
  readonly version: string
  /** Of docker; undefined: it is not there, and docker builds with its classic builder. */
  readonly buildx: Buildx | undefined
  /** Undefined for one that needs none. */
  readonly daemon: Daemon | undefined
  readonly isRootless: boolean
  /** `linux/amd64`; undefined where it does not say. */
  readonly platform: string | undefined
}

export interface Buildx {
  readonly version: string
  /** The driver of the builder in use: `docker`, `docker-container`, `remote`, … */
  readonly driver: string
  /** Folder of the plugin; undefined where docker does not say. */
  readonly folder: string | undefined
}

export interface Daemon {
  readonly version: string
  /** Images are kept as registries have them, in containerd's store: then BuildKit can push by itself. */
  readonly hasImageStore: boolean
}

/** Whether a version is the wanted one or a later one; one that cannot be read is taken for a new one. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [given, least] = [numbersOf(version), numbersOf(wanted)]
  if (given.length === 0) return true
  const at = least.findIndex((number, index) => number !== (given[index] ?? 0))
  return at < 0 || (given[at] ?? 0) > (least[at] ?? 0)
}

function numbersOf(version: string): readonly number[] {
  const [found = ''] = /\d+(?:\.\d+)*/.exec(version) ?? []
  return found === '' ? [] : found.split('.').map(Number)
}

/** How a tool builds. */
export type Engine =
  /** buildx, whose BuildKit pushes by itself and can have several outputs. */
  | 'buildkit'
  /** buildx with the BuildKit inside the Docker daemon: the image goes into its store, and is pushed from there. */
  | 'moby'
  | 'classic'
  /** buildah, and podman, which is built with it. */
  | 'buildah'
  | 'nerdctl'

/** How this tool builds. */
export function engineOf({ kind, buildx, daemon }: LocalTool): Engine {
  if (kind === 'nerdctl') return 'nerdctl'
  if (kind !== 'docker') return 'buildah'
  if (buildx === undefined) return 'classic'
  return buildx.driver === 'docker' && daemon?.hasImageStore !== true ? 'moby' : 'buildkit'
}
