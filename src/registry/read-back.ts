import { setTimeout as delay } from 'node:timers/promises'

import type { ImageReference } from '../request/image-reference.ts'
import type { Confirmation, RegistryTrust } from './confirmation.ts'
import { NoAnswer } from './no-answer.ts'
import { Repository } from './repository.ts'
import { openWire } from './wire.ts'

/** How to reach the registry. */
export interface ReadBackOptions {
  readonly trust: RegistryTrust
  /** Where a proxy may be named. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

/** All of it, in milliseconds: a build waits no longer to be told what it knows already. */
const LIMIT_MS = 3_000

/** Before what says that the digest is false is believed: a registry of several servers may need a moment. */
const SECOND_LOOK_MS = 1_000

/**
 * Asks a registry whether an image that was just pushed is there. Never throws:
 * a registry that this runner cannot reach or read says nothing of the image.
 */
export async function readBack(
  image: ImageReference,
  digest: string,
  options: ReadBackOptions,
): Promise<Confirmation> {
  const limit = AbortSignal.timeout(LIMIT_MS)
  const within = AbortSignal.any([options.signal, limit])
  const wire = openWire(options.environment, image.registry, options.trust, within)
  try {
    const repository = new Repository(image, options.trust, wire)
    const first = await look(repository, image.tag ?? 'latest', digest)
    if (first.kind !== 'absent') return first
    await delay(SECOND_LOOK_MS, undefined, { signal: within })
    return await look(repository, image.tag ?? 'latest', digest)
  } catch (error) {
    return { kind: 'unknown', reason: reasonOf(error, limit, options.signal) }
  } finally {
    wire.close()
  }
}

/**
 * By the tag first: nearly always it leads to the very bytes, which one request
 * shows. By the digest only if it does not, because a digest that a RUN has
 * forged may be that of an older image of the same repository.
 */
async function look(repository: Repository, tag: string, digest: string): Promise<Confirmation> {
  const tagged = await repository.manifest(tag)
  if (tagged?.digest === digest) return { kind: 'confirmed', bytes: tagged.bytes }
  const named = await repository.manifest(digest)
  if (named !== undefined && named.digest !== digest) {
    return { kind: 'unknown', reason: 'it sent other bytes than the digest stands for' }
  }
  if (tagged === undefined) {
    return { kind: 'unknown', reason: 'it does not show this tag to this runner' }
  }
  return named === undefined
    ? { kind: 'absent', tagDigest: tagged.digest }
    : { kind: 'moved', bytes: named.bytes, tagDigest: tagged.digest }
}

function reasonOf(error: unknown, limit: AbortSignal, signal: AbortSignal): string {
  if (signal.aborted) return 'the step was cancelled'
  if (limit.aborted) return `it did not answer within ${LIMIT_MS / 1000} s`
  return error instanceof NoAnswer ? error.reason : 'its address cannot be used'
}
