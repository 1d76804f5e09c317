import { createHash } from 'node:crypto'

import type { BuildOutcome } from './builders/builder.ts'
import { parseDigest } from './builders/builder.ts'
import type { ClusterFacts } from './cluster/cluster-session.ts'
import { type Confirmable, readingOf } from './confirmable.ts'
import type { BuildContext, ContextDelivery } from './context/context-archive.ts'
import { NOWHERE } from './outcome-of.ts'
import { wantedPlatforms } from './plan/architecture-warnings.ts'
import type { BuildPlan } from './plan/build-plan.ts'
import { contentTag, sourcesOf } from './plan/content-key.ts'
import { parseDockerConfig } from './plan/docker-config.ts'
import { mirrored } from './plan/mirrored-image.ts'
import { configIn } from './plan/registry-secret.ts'
import type { KnownImages } from './registry/known-images.ts'
import type { StoredManifest } from './registry/repository.ts'
import type { BuildRequest } from './request/build-request.ts'
import { type ImageReference, printImageReference } from './request/image-reference.ts'
import type { Runner } from './runner/runner.ts'

/** What skipping a build needs from outside. */
export interface SkippingPorts {
  readonly runner: Runner
  readonly openImages: (signal: AbortSignal) => KnownImages
  readonly hashContext: (delivery: ContextDelivery, signal: AbortSignal) => Promise<string>
}

/** A build that may not be needed. */
export interface Skippable extends Confirmable {
  readonly request: BuildRequest
  readonly plan: BuildPlan
  readonly context: BuildContext
  readonly facts: Pick<ClusterFacts, 'architectures'>
}

export type Looked =
  /** The image is there, under every tag. */
  | { readonly kind: 'there'; readonly outcome: BuildOutcome }
  /** It is to be built, and then to be known by this. Undefined: by nothing. */
  | { readonly kind: 'build'; readonly tag: ImageReference | undefined }

/**
 * Looks for an image that the same context, Dockerfile, arguments and base images have made, and
 * gives it all tags. Never throws: what cannot be known is told, and built.
 */
export async function lookForImage(
  skippable: Skippable,
  { runner, openImages, hashContext }: SkippingPorts,
  signal: AbortSignal,
): Promise<Looked> {
  const { request, context } = skippable
  const [first] = request.tags
  if (!request.skipIfExists || first === undefined || context.kind !== 'archive') return NOTHING
  const images = openImages(signal)
  const build = (why: string, tag?: ImageReference): Looked => {
    runner.info(`skip-if-exists: ${why}; the image is built.`)
    return { kind: 'build', tag }
  }
  const bases = await baseDigests(skippable, images)
  if ('why' in bases) return build(bases.why)
  const grounds = {
    request,
    dockerfile: context.dockerfile,
    contentHash: await hashContext(context.delivery, signal),
    baseImages: bases.digests,
    platforms: wantedPlatforms(request.platform, skippable.facts),
  }
  const name = contentTag(grounds, sha256)
  const tag: ImageReference = { registry: first.registry, repository: first.repository, tag: name }
  const found = await images.find(tag, readingOf(tag.registry, skippable))
  if (found.kind === 'unknown') return build(`${tag.registry}: ${found.reason}`)
  const shown = printImageReference(tag)
  if (found.value === undefined) return build(`there is no ${shown} yet`, tag)
  const trouble = await moveTags(found.value, skippable, images)
  if (trouble !== undefined) return build(`${shown} is there, but ${trouble}`, tag)
  const digest = parseDigest(found.value.digest)
  if (digest === undefined) return build(`${shown} is there without a digest`, tag)
  const [platform] = wantedPlatforms(request.platform, skippable.facts)
  const where = { ...NOWHERE, platform: request.platform === undefined ? undefined : platform }
  return {
    kind: 'there',
    outcome: {
      kind: 'built',
      digest,
      isSkipped: true,
      confirmation: { kind: 'confirmed' },
      imageBytes: found.value.bytes,
      where,
      record: undefined,
    },
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const NOTHING: Looked = { kind: 'build', tag: undefined }

/** Gives an image that has been built the tag that the next build looks for. Never throws. */
export async function rememberImage(
  outcome: BuildOutcome,
  tag: ImageReference | undefined,
  confirmable: Confirmable,
  { runner, openImages }: SkippingPorts,
  signal: AbortSignal,
): Promise<void> {
  // What the registry does not confirm could be the report of a RUN, and would be believed for good.
  const isSure = outcome.kind === 'built' && outcome.confirmation?.kind === 'confirmed'
  if (!isSure || tag === undefined) return
  const images = openImages(signal)
  const reading = readingOf(tag.registry, confirmable)
  const found = await images.find({ ...tag, digest: outcome.digest }, reading)
  const trouble =
    found.kind === 'unknown'
      ? found.reason
      : found.value === undefined
        ? 'the image is gone'
        : reasonIn(await images.tag(tag, found.value, reading))
  if (trouble !== undefined) {
    runner.info(
      `skip-if-exists: the next build cannot know this image: ${printImageReference(tag)} could not be written (${trouble}).`,
    )
  }
}

/** Digests of the base images by their names, or why they are not known. */
async function baseDigests(
  { request, plan, ...confirmable }: Skippable,
  images: KnownImages,
): Promise<{ readonly digests: ReadonlyMap<string, string> } | { readonly why: string }> {
  const sources = sourcesOf(plan.dockerfile, request)
  if (sources.kind === 'unknowable') return { why: sources.why }
  const digests = new Map<string, string>()
  for (const image of sources.images) {
    const name = printImageReference(image)
    if (image.digest !== undefined) {
      digests.set(name, image.digest)
      continue
    }
    const at = mirrored(image, request)
    const registryConfig = configFor(at.registry, plan) ?? confirmable.registryConfig
    const found = await images.find(at, readingOf(at.registry, { request, ...confirmable, registryConfig }))
    if (found.kind === 'unknown')
      return { why: `the digest of ${name} is not known (${at.registry}: ${found.reason})` }
    if (found.value === undefined)
      return { why: `the digest of ${name} is not known (${at.registry} does not have it)` }
    digests.set(name, found.value.digest)
  }
  return { digests }
}

/** Where credentials are isolated, what reads base images is in a Secret of its own. */
function configFor(registry: string, { secrets }: Pick<BuildPlan, 'secrets'>): string | undefined {
  return secrets
    .map(configIn)
    .find((config) => config !== undefined && parseDockerConfig(config)?.entries.has(registry) === true)
}

/** Lets every tag lead to the image; why not, if one does not. */
async function moveTags(
  manifest: StoredManifest,
  skippable: Skippable,
  images: KnownImages,
): Promise<string | undefined> {
  for (const tag of skippable.request.tags) {
    const reading = readingOf(tag.registry, skippable)
    const now = await images.find(tag, reading)
    if (now.kind === 'known' && now.value?.digest === manifest.digest) continue
    const reason = reasonIn(await images.tag(tag, manifest, reading))
    if (reason !== undefined) return `${printImageReference(tag)} cannot be given to it (${reason})`
  }
  return undefined
}

const reasonIn = (said: Awaited<ReturnType<KnownImages['tag']>>): string | undefined =>
  said.kind === 'unknown' ? said.reason : undefined
