import type { BuildOutcome } from './builders/builder.ts'
import { type Confirmable, type ConfirmationPorts, readingOf } from './confirmable.ts'
import type { Failure } from './failure/failure.ts'
import { falseDigest } from './failure/false-digest.ts'
import { notReadBack, type Pushed, tagIsAnother, wrongPlatform } from './failure/not-available.ts'
import type { Confirmation } from './registry/confirmation.ts'
import { isOfCluster } from './request/build-request.ts'
import { type ImageReference, printImageReference } from './request/image-reference.ts'

type Built = Extract<BuildOutcome, { readonly kind: 'built' }>

/** An image under one of its names, and what its registry says of it. */
interface Asked {
  readonly pushed: Pushed
  readonly said: Confirmation
}

/**
 * The outcome once the image has been read back under every tag. What a registry does not
 * confirm is left to a node of the cluster, which is to pull the image; without one it is a failure.
 */
export async function verifyImage(
  outcome: Built,
  confirmable: Confirmable,
  { runner, readBack }: ConfirmationPorts,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  const { digest, where, record } = outcome
  const { request, platforms = [] } = confirmable
  const ask = async (image: ImageReference): Promise<Asked> => {
    const { registry } = image
    const reading = { ...readingOf(registry, confirmable), isProof: true }
    const pushed = { image: printImageReference(image), registry, digest }
    return { pushed, said: await readBack(image, digest, reading, signal) }
  }
  const asked = await Promise.all(request.tags.map(ask))
  const bytes = asked.flatMap(({ said }) => ('bytes' in said ? [said.bytes] : []))[0]
  const failure = asked.map((one) => troubleOf(one, platforms)).find((trouble) => trouble !== undefined)
  const open = asked.find(({ said }) => said.kind === 'unknown')
  if (failure !== undefined) return { kind: 'failed', failure, where, record }
  if (open?.said.kind === 'unknown') {
    const { pushed, said } = open
    if (!isOfCluster(request) || signal.aborted) {
      return { kind: 'failed', failure: notReadBack(pushed, said.reason), where, record }
    }
    runner.info(
      `${pushed.registry} does not confirm ${pushed.image}: ${said.reason}. A node is to prove it by pulling it.`,
    )
    return { ...outcome, confirmation: { kind: 'unconfirmed', why: said.reason }, imageBytes: bytes }
  }
  runner.info(verifiedLine(asked))
  return { ...outcome, confirmation: { kind: 'confirmed' }, imageBytes: bytes }
}

/** What is wrong with it for sure. */
function troubleOf({ pushed, said }: Asked, wanted: readonly string[]): Failure | undefined {
  switch (said.kind) {
    case 'absent':
      return falseDigest(pushed.image, pushed.digest, said.tagDigest)
    case 'moved':
      return tagIsAnother(pushed, said.tagDigest)
    case 'unknown':
      return undefined
    case 'confirmed': {
      const { platforms } = said
      const isWrong =
        platforms !== undefined && wanted.length > 0 && !wanted.some((each) => platforms.includes(each))
      return isWrong ? wrongPlatform(pushed, platforms, wanted) : undefined
    }
  }
}

function verifiedLine(asked: readonly Asked[]): string {
  const platforms = asked.flatMap(({ said }) => (said.kind === 'confirmed' ? (said.platforms ?? []) : []))
  const known = [...new Set(platforms)]
  const names = asked.map(({ pushed }) => pushed.image).join(', ')
  return `Verified ${names}: read back by digest${known.length === 0 ? '' : `, ${known.join(', ')}`}`
}
