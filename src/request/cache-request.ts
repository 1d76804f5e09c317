import type { CacheRequest } from './build-request.ts'
import { readBuildxCache } from './buildx-cache.ts'
import {
  DOCKER_HUB,
  type ImageReference,
  type ImageRepository,
  parseImageRepository,
} from './image-reference.ts'
import type { InputReader } from './input-reader.ts'
import { DAY, parseBoolean, parseDuration } from './scalars.ts'

const LONGEST_TTL = 3650 * DAY
const LONGEST_REPOSITORY = 255

/** Reads the inputs of the cache, those of docker/build-push-action included. */
export function readCache(reader: InputReader, tags: readonly ImageReference[], push: boolean): CacheRequest {
  const isOff = reader.read('no-cache', parseBoolean, false)
  const wanted = reader.read('cache', parseBoolean, true) && !isOff
  const buildx = readBuildxCache(reader, tags)
  const given = reader.read('cache-repository', parseImageRepository, undefined)
  const ttlSeconds = reader.read('cache-ttl', (text) => parseDuration(text, LONGEST_TTL), DAY)
  const write = reader.read('cache-write', parseBoolean, buildx.write ?? push)
  if (!wanted) return { kind: 'off', notice: undefined }
  const named = given ?? buildx.repository
  const repository = named ?? derivedRepository(tags[0])
  if (repository !== undefined)
    return { kind: 'on', repository, isDerived: named === undefined, ttlSeconds, write }
  return {
    kind: 'off',
    notice: `No layer cache: ${tags.length === 0 ? 'without tags' : 'from the first tag'} no repository for it can be derived. Name one as \`cache-repository\`, or set \`cache: false\`.`,
  }
}

/** Next to the first image; Docker Hub's names have two parts, so that there is nothing below an image. */
export function derivedRepository(first: ImageReference | undefined): ImageRepository | undefined {
  if (first === undefined) return undefined
  const { registry, repository } = first
  const derived = `${repository}${registry === DOCKER_HUB ? '-cache' : '/cache'}`
  return derived.length > LONGEST_REPOSITORY ? undefined : { registry, repository: derived }
}
