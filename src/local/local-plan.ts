import type { RegistryCredential } from '../plan/registry-auth.ts'
import type { Dockerfile } from '../progress/dockerfile.ts'
import type { ImageFile } from '../request/image-files.ts'
import type { LocalTool } from './local-tool.ts'

/** A program of the runner, with all that it is started with. */
export interface LocalCommand {
  readonly program: string
  readonly args: readonly string[]
  /** Beside the runner's own environment. Nothing secret. */
  readonly env: Readonly<Record<string, string>>
  /** `build`: its log is the story. `push`: to `destination`. `write`: a file with the image. */
  readonly does: 'unpack' | 'build' | 'tag' | 'push' | 'write'
  /** Of a push: as the user wrote it. */
  readonly destination?: string
}

/** A file that is written before the first command, for its owner alone. */
export interface LocalFile {
  readonly path: string
  readonly content: string | Uint8Array
}

/** In what form the build's log comes. */
export type LocalLog = 'rawjson' | 'plain' | 'buildah' | 'docker'

/** Where the image's digest is to be read. */
export type DigestSource =
  /** JSON with `containerimage.digest`, from buildx. */
  | { readonly kind: 'metadata'; readonly path: string }
  /** The digest and nothing else: of the manifest, or, where nothing was pushed, the image's id. */
  | { readonly kind: 'file'; readonly path: string }
  /** The last line of the first push that says it. */
  | { readonly kind: 'push' }

/** An image file, as it is brought to the runner. */
export interface PlannedFile {
  readonly form: ImageFile['form']
  /** Absolute. */
  readonly path: string
  /** As the user wrote it. */
  readonly dest: string
  /** Where it is written, beside `path`, until all is well. */
  readonly temporary: string
}

/** Everything that a build on the runner will do, decided before it does anything. */
export interface LocalPlan {
  readonly kind: LocalTool['kind']
  readonly tool: LocalTool
  /** The build's own folder, for the commands' files; nobody else's, and removed in the end. */
  readonly folder: string
  readonly folders: readonly string[]
  /** Secret. */
  readonly files: readonly LocalFile[]
  /** The config.json with the credentials of this build; undefined: there are none. Secret. */
  readonly registryConfig: string | undefined
  /** Secret. */
  readonly secretValues: readonly Uint8Array[]
  /** Links in `folder`, to what the runner has. */
  readonly links: readonly { readonly path: string; readonly target: string }[]
  /** In their order; the first that fails ends the build. */
  readonly commands: readonly LocalCommand[]
  /** With the environment that all commands have. */
  readonly env: Readonly<Record<string, string>>
  readonly log: LocalLog
  readonly digest: DigestSource
  /** Names that the build gives images in the tool's store and that are not to stay; others may have had them before. */
  readonly passingTags: readonly string[]
  /** A name for the tool's store that only this build has. */
  readonly ownName: string
  readonly imageFiles: readonly PlannedFile[]
  readonly destinations: readonly string[]
  /** `repository` of the first destination, without tag; undefined if not pushed. */
  readonly repository: string | undefined
  readonly credentials: readonly RegistryCredential[]
  readonly dockerfile: Dockerfile
  readonly usesCache: boolean
  readonly platform: string | undefined
  readonly timeoutSeconds: number
  /** Sentences for the log: what was decided for the user and why. */
  readonly notes: readonly string[]
}
