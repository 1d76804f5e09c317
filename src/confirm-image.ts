import type { BuildOutcome, Digest, DigestConfirmation } from './builders/builder.ts'
import { falseDigest } from './failure/false-digest.ts'
import type { Confirmation, RegistryTrust } from './registry/confirmation.ts'
import { parseDockerConfig, passwordIn } from './plan/docker-config.ts'
import type { AnyRequest } from './request/build-request.ts'
import { type ImageReference, printImageReference } from './request/image-reference.ts'
import type { Runner } from './runner/runner.ts'

/** What is needed from outside to confirm an image. */
export interface ConfirmationPorts {
  readonly runner: Runner
  /** Asks the image's registry. Never throws. */
  readonly readBack: (
    image: ImageReference,
    digest: Digest,
    trust: RegistryTrust,
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
}

/**
 * The outcome as the registry confirms it. What the executor reported is a file
 * that a process left behind by a RUN can overwrite, so the registry is asked
 * where it can be: a digest that it does not have is a failure, one that it
 * cannot confirm is left as it is, and said so.
 */
export async function confirmImage(
  outcome: BuildOutcome,
  confirmable: Confirmable,
  { runner, readBack }: ConfirmationPorts,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  const { request } = confirmable
  const [image] = request.tags
  if (outcome.kind !== 'built' || !request.push || image === undefined) return outcome
  const { digest, where, record } = outcome
  const name = printImageReference(image)
  const said = await readBack(image, digest, trustIn(image.registry, confirmable), signal)
  switch (said.kind) {
    case 'confirmed':
      return { ...outcome, confirmation: { kind: 'confirmed' }, imageBytes: said.bytes }
    case 'moved':
      runner.warning(
        `At the registry ${name} is ${said.tagDigest} by now, and not ${digest} as this build reports. Either somebody else has pushed the same tag meanwhile, or the report is false: a process that a RUN leaves running can forge it.`,
      )
      return {
        ...outcome,
        confirmation: unconfirmed('its tag leads to another image'),
        imageBytes: said.bytes,
      }
    case 'absent':
      return { kind: 'failed', failure: falseDigest(name, digest, said.tagDigest), where, record }
    case 'unknown':
      runner.info(
        `The digest is as the executor reports it; ${image.registry} does not confirm it: ${said.reason}.`,
      )
      return { ...outcome, confirmation: unconfirmed(said.reason) }
  }
}

const unconfirmed = (why: string): DigestConfirmation => ({ kind: 'unconfirmed', why })

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
