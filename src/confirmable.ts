import type { Digest } from './builders/builder.ts'
import { parseDockerConfig, passwordIn } from './plan/docker-config.ts'
import type { Confirmation, RegistryTrust } from './registry/confirmation.ts'
import type { Reading } from './registry/read-back.ts'
import { type PassOn, serviceOf } from './registry/service-proxy.ts'
import type { AnyRequest } from './request/build-request.ts'
import type { ImageReference } from './request/image-reference.ts'
import type { Runner } from './runner/runner.ts'

/** What is needed from outside to confirm an image. */
export interface ConfirmationPorts {
  readonly runner: Runner
  /** Asks the image's registry. Never throws. */
  readonly readBack: (
    image: ImageReference,
    digest: Digest,
    reading: Reading,
    signal: AbortSignal,
  ) => Promise<Confirmation>
}

/** What is known of the registries of a build. */
export interface Confirmable {
  readonly request: AnyRequest
  /** The config.json that the build has; undefined: none. Secret. */
  readonly registryConfig: string | undefined
  /** PEM of the authorities of registries, by registry. */
  readonly certificates: ReadonlyMap<string, string>
  /** Asks through the API server, where there is one. */
  readonly passOn?: PassOn | undefined
  /** `linux/amd64`: what the image may be for; empty: anything. */
  readonly platforms?: readonly string[]
}

/** How a registry is asked: directly, or else through the cluster, if it is a Service there. */
export function readingOf(registry: string, confirmable: Confirmable): Reading {
  const trust = trustIn(registry, confirmable)
  const { passOn } = confirmable
  const service = serviceOf(registry, trust.isInsecure)
  return {
    trust,
    ...(passOn === undefined || service === undefined ? {} : { through: { service, passOn } }),
  }
}

/** The registry as the executor sees it: with the same credentials, trusted the same way. */
function trustIn(
  registry: string,
  { request, registryConfig: config, certificates }: Confirmable,
): RegistryTrust {
  const entry = config === undefined ? undefined : parseDockerConfig(config)?.entries.get(registry)
  return {
    isInsecure: request.insecureRegistries.includes(registry),
    skipsVerification: request.registryAccess.unverified.includes(registry),
    authority: certificates.get(registry),
    credentials: entry && passwordIn(entry),
  }
}
