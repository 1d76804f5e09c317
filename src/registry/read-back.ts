import { setTimeout as delay } from 'node:timers/promises'

import type { ImageReference } from '../request/image-reference.ts'
import type { Confirmation, RegistryTrust } from './confirmation.ts'
import { NoAnswer } from './no-answer.ts'
import { Repository, type StoredManifest } from './repository.ts'
import { type PassOn, type ServiceAddress, serviceWire } from './service-proxy.ts'
import { openWire, type Wire } from './wire.ts'

/** A Service of the cluster, and how to ask it without a way of one's own. */
export interface ThroughCluster {
  readonly service: ServiceAddress
  readonly passOn: PassOn
}

/** How an image is asked for. */
export interface Reading {
  readonly trust: RegistryTrust
  /** The way through the API server, for a registry that is a Service; undefined for others. */
  readonly through?: ThroughCluster | undefined
  /** Whether the build fails without an answer: then there is time for another try, and the platform is read. */
  readonly isProof?: boolean
}

export interface ReadBackOptions extends Reading {
  /** Where a proxy may be named. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

/** All of it, in milliseconds: a build waits no longer to be told what it knows already. */
const LIMIT_MS = 3_000

/** The same for one that is not told at all without. */
const PROOF_LIMIT_MS = 12_000

/** Before what says that the digest is false is believed: a registry of several servers may need a moment. */
const SECOND_LOOK_MS = 1_000

/**
 * Asks a registry whether an image that was just pushed is there, and if this runner cannot,
 * through the cluster. Never throws: a registry that cannot be reached or read says nothing of
 * the image.
 */
export async function readBack(
  image: ImageReference,
  digest: string,
  options: ReadBackOptions,
): Promise<Confirmation> {
  const { trust, through, environment } = options
  const direct = await readOver(image, digest, options, (signal) =>
    openWire(environment, image.registry, trust, signal),
  )
  if (direct.kind !== 'unknown' || through === undefined || options.signal.aborted) return direct
  const passed = await readOver(image, digest, options, (signal) =>
    serviceWire(through.service, through.passOn, signal),
  )
  if (passed.kind !== 'unknown') return passed
  return { kind: 'unknown', reason: `${direct.reason}; through the API server: ${passed.reason}` }
}

async function readOver(
  image: ImageReference,
  digest: string,
  { trust, signal, isProof = false }: ReadBackOptions,
  open: (signal: AbortSignal) => Wire,
): Promise<Confirmation> {
  const limitMs = isProof ? PROOF_LIMIT_MS : LIMIT_MS
  const limit = AbortSignal.timeout(limitMs)
  const within = AbortSignal.any([signal, limit])
  const wire = open(within)
  try {
    const repository = new Repository(image, trust, wire)
    const first = await look(repository, image.tag ?? 'latest', digest, isProof)
    if (first.kind !== 'absent' && !(isProof && first.kind === 'unknown')) return first
    await delay(SECOND_LOOK_MS, undefined, { signal: within })
    return await look(repository, image.tag ?? 'latest', digest, isProof)
  } catch (error) {
    return { kind: 'unknown', reason: reasonOf(error, { limit, limitMs, signal }) }
  } finally {
    wire.close()
  }
}

/**
 * By the tag first: nearly always it leads to the very bytes, which one request
 * shows. By the digest only if it does not, because a digest that a RUN has
 * forged may be that of an older image of the same repository.
 */
async function look(
  repository: Repository,
  tag: string,
  digest: string,
  isProof: boolean,
): Promise<Confirmation> {
  const tagged = await repository.manifest(tag)
  if (tagged?.digest === digest) {
    const platforms = isProof ? await platformsOf(repository, tagged) : undefined
    return { kind: 'confirmed', bytes: tagged.bytes, platforms }
  }
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

/** The image is there, also where its config is kept by somebody who does not answer this runner. */
async function platformsOf(
  repository: Repository,
  manifest: StoredManifest,
): Promise<readonly string[] | undefined> {
  try {
    return await repository.platforms(manifest)
  } catch (error) {
    if (error instanceof NoAnswer) return undefined
    throw error
  }
}

function reasonOf(
  error: unknown,
  {
    limit,
    limitMs,
    signal,
  }: { readonly limit: AbortSignal; readonly limitMs: number; readonly signal: AbortSignal },
): string {
  if (signal.aborted) return 'the step was cancelled'
  if (limit.aborted) return `it did not answer within ${limitMs / 1000} s`
  return error instanceof NoAnswer ? error.reason : 'its address cannot be used'
}
