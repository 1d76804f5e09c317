import type { BuilderName } from './builder-choice.ts'
import {
  type ImageReference,
  type ImageRepository,
  parseImageReference,
  printImageRepository,
} from './image-reference.ts'
import type { InputReader } from './input-reader.ts'
import { listOfLines } from './lines.ts'
import { type Parsed, gathered, refused } from './parsed.ts'

/** What docker/build-push-action's `cache-from` and `cache-to` say of the cache. */
export interface BuildxCache {
  /** Undefined where neither says one. */
  readonly repository: ImageRepository | undefined
  /** Tags in it that are named, that of `cache-to` first; none where the builder's cache has tags of its own. */
  readonly tags: readonly string[]
  /** Undefined where neither input is given. */
  readonly write: boolean | undefined
}

/** Whose cache is one reference, and not a repository with a tag for each layer. */
const IS_ONE_REFERENCE: Readonly<Record<BuilderName, boolean>> = {
  kaniko: false,
  buildkit: true,
  docker: true,
  buildah: false,
  podman: false,
  nerdctl: true,
}

const NONE: BuildxCache = { repository: undefined, tags: [], write: undefined }

/** What else of the request the cache must agree with. */
export interface Surroundings {
  readonly builder: BuilderName
  readonly tags: readonly ImageReference[]
}

/**
 * Reads `type=registry,ref=…`. The cache of Kaniko and of buildah is a repository
 * with a tag for each layer: a tag of the reference is dropped, and an image's
 * own repository is not taken for it, but what is derived from it. BuildKit's
 * cache, which docker and nerdctl have too, is one reference: it is the one that
 * is named, unless an image goes there.
 */
export function readBuildxCache(reader: InputReader, around: Surroundings): BuildxCache {
  const from = reader.read('cache-from', parseCaches, undefined)
  const to = reader.read('cache-to', parseCaches, undefined)
  const [first, ...others] = [...(to ?? []), ...(from ?? [])]
  if (first === undefined) return NONE
  const input = to === undefined ? 'cache-from' : 'cache-to'
  const other = others.find((one) => nameOf(one) !== nameOf(first))
  if (other !== undefined) {
    const problem = `there is one cache, and ${nameOf(first)} is another one; name one repository`
    reader.report({ input, value: nameOf(other), problem })
  }
  const write = to !== undefined
  const { registry, repository } = first
  const images = around.tags.filter((tag) => nameOf(tag) === nameOf(first))
  const tags = IS_ONE_REFERENCE[around.builder] ? tagsOf([first, ...others], images) : []
  return images.length > 0 && tags.length === 0
    ? { ...NONE, write }
    : { repository: { registry, repository }, tags, write }
}

/** Each tag once; none where an image goes. */
function tagsOf(named: readonly ImageReference[], images: readonly ImageReference[]): readonly string[] {
  const tags = named.flatMap(({ tag }) => tag ?? [])
  return [...new Set(tags)].filter((tag) => !images.some((image) => image.tag === tag))
}

const nameOf = (repository: ImageRepository): string => printImageRepository(repository)

function parseCaches(text: string): Parsed<readonly ImageReference[]> {
  return gathered(listOfLines(text).map(parseCache))
}

function parseCache(line: string): Parsed<ImageReference> {
  const isShort = !line.includes('=')
  const fields = new Map(
    line.split(',').map((part) => {
      const equals = part.indexOf('=')
      return [part.slice(0, Math.max(equals, 0)).trim(), part.slice(equals + 1).trim()] as const
    }),
  )
  const type = isShort ? 'registry' : (fields.get('type') ?? '')
  if (type !== 'registry') {
    // Other fields can hold tokens of the cache's service.
    return refused(
      'layers are kept in a registry, by default beside the image: leave it out, or write type=registry,ref=REPOSITORY',
      `type=${type}`,
    )
  }
  return parseImageReference(isShort ? line : (fields.get('ref') ?? ''))
}
