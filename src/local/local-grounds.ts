import type { FoundCredentials } from '../plan/registry-auth.ts'
import type { Dockerfile } from '../progress/dockerfile.ts'
import type { LocalRequest } from '../request/build-request.ts'
import type { LocalTool } from './local-tool.ts'

/** What is built, as the tool finds it. */
export type LocalContext =
  /** A directory of the runner; both absolute. */
  | { readonly kind: 'directory'; readonly path: string; readonly dockerfile: string }
  /** A tar file of the runner, absolute; `dockerfile` is its path in there. */
  | { readonly kind: 'tar'; readonly path: string; readonly dockerfile: string }
  /** What the request says, which the tool fetches; `dockerfile` is its path in there. */
  | { readonly kind: 'remote'; readonly dockerfile: string }

/** What the runner's user has set up, which a config of our own would hide. */
export interface RunnerSettings {
  /** Folder of the Docker config, $DOCKER_CONFIG or ~/.docker, and the text of the config.json in it. */
  readonly dockerFolder: string
  readonly dockerConfig: string | undefined
  /** Text of the registries.conf that buildah and podman read; undefined: there is none. */
  readonly registriesConf: string | undefined
  /** Path of git's own config of the user. */
  readonly gitConfig: string | undefined
  /** Whether docker finds certificates for its daemon beside its config: $DOCKER_TLS_VERIFY without $DOCKER_CERT_PATH. */
  readonly hasDaemonCertificates: boolean
}

/** Everything that a plan for the runner depends on. */
export interface LocalGrounds {
  readonly request: LocalRequest
  readonly tool: LocalTool
  readonly context: LocalContext
  readonly dockerfile: Dockerfile
  /** All that the image gets. */
  readonly labels: ReadonlyMap<string, string>
  readonly found: FoundCredentials
  /** PEM of the authorities of registries, by registry. */
  readonly certificates: ReadonlyMap<string, string>
  /** Values of the build's secrets, by their ids. Secret. */
  readonly secrets: ReadonlyMap<string, Uint8Array>
  /** Absolute; relative inputs are relative to it. */
  readonly workspace: string
  /** Absolute; of this build alone, and not there yet. */
  readonly folder: string
  /** Letters and digits that no other build has. */
  readonly name: string
  /** Whether the image is to stay in the tool's store, under its tags. */
  readonly keepsImage: boolean
  /** Page of the run, for what is attested; undefined outside GitHub. */
  readonly runUrl: string | undefined
  readonly settings: RunnerSettings
}
