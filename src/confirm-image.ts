import type { BuildOutcome, DigestConfirmation } from './builders/builder.ts'
import { type Confirmable, type ConfirmationPorts, readingOf } from './confirmable.ts'
import { falseDigest } from './failure/false-digest.ts'
import { printImageReference } from './request/image-reference.ts'
import { verifyImage } from './verify-image.ts'

/**
 * The outcome as the registry confirms it. What the executor reported is a file
 * that a process left behind by a RUN can overwrite, so the registry is asked
 * where it can be: a digest that it does not have is a failure, one that it
 * cannot confirm is left as it is, and said so; with `verify` that is a failure as well.
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
  if (request.verification.reads) return verifyImage(outcome, confirmable, { runner, readBack }, signal)
  const { digest, where, record } = outcome
  const name = printImageReference(image)
  const said = await readBack(image, digest, readingOf(image.registry, confirmable), signal)
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
