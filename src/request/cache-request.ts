import type { CacheRequest } from './build-request.ts'
import { type BuildxCache, readBuildxCache, type Surroundings } from './buildx-cache.ts'
import {
  DOCKER_HUB,
  type ImageReference,
  type ImageRepository,
  printImageRepository,
} from './image-reference.ts'
import type { InputReader } from './input-reader.ts'
import type { Parsed } from './parsed.ts'
import { DAY, parseBoolean, parseDuration } from './scalars.ts'

type CacheOn = Extract<CacheRequest, { readonly kind: 'on' }>

const LONGEST_TTL = 3650 * DAY
const LONGEST_REPOSITORY = 255

/** Reads the inputs of the cache, those of docker/build-push-action included. */
export function readCache(
  reader: InputReader,
  around: Surroundings & {
    readonly push: boolean
    /** Of a repository that the user names. */
    readonly parseRepository: (text: string) => Parsed<ImageRepository>
  },
): CacheRequest {
  const { tags, push, parseRepository } = around
  const isOff = reader.read('no-cache', parseBoolean, false)
  const wanted = reader.read('cache', parseBoolean, true) && !isOff
  const buildx = readBuildxCache(reader, around)
  const given = reader.read('cache-repository', parseRepository, undefined)
  const ttlSeconds = reader.read('cache-ttl', (text) => parseDuration(text, LONGEST_TTL), DAY)
  const write = reader.read('cache-write', parseBoolean, buildx.write ?? push)
  if (!wanted) return { kind: 'off', notice: undefined }
  const named = given ?? (mayOverwrite(buildx, write, tags) ? undefined : buildx.repository)
  const repository = named ?? derivedRepository(tags[0])
  if (repository !== undefined) {
    const isDerived = named === undefined
    const ofTag = named !== undefined && named === buildx.repository ? tagsOf(buildx) : {}
    return { kind: 'on', repository, isDerived, ...ofTag, ttlSeconds, write }
  }
  return {
    kind: 'off',
    notice: `No layer cache: ${tags.length === 0 ? 'without tags' : 'from the first tag'} no repository for it can be derived. Name one as \`cache-repository\`, or set \`cache: false\`.`,
  }
}

function tagsOf({ tags: [tag, ...readTags] }: BuildxCache): Pick<CacheOn, 'tag' | 'readTags'> {
  return tag === undefined ? {} : { tag, ...(readTags.length === 0 ? {} : { readTags }) }
}

/** Whether a cache would be written where `cache-from` alone names a tag beside the image: another image may be there. */
function mayOverwrite(buildx: BuildxCache, write: boolean, tags: readonly ImageReference[]): boolean {
  const { repository } = buildx
  if (repository === undefined || buildx.write !== false || !write) return false
  return tags.some((tag) => printImageRepository(tag) === printImageRepository(repository))
}

/** Next to the first image; Docker Hub's names have two parts, so that there is nothing below an image. */
export function derivedRepository(first: ImageReference | undefined): ImageRepository | undefined {
  if (first === undefined) return undefined
  const { registry, repository } = first
  const derived = `${repository}${registry === DOCKER_HUB ? '-cache' : '/cache'}`
  return derived.length > LONGEST_REPOSITORY ? undefined : { registry, repository: derived }
}
