import {
  type ImageReference,
  type ImageRepository,
  parseImageReference,
  printImageRepository,
} from './image-reference.ts'
import type { InputReader } from './input-reader.ts'
import { listOfLines } from './lines.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'

/** What docker/build-push-action's `cache-from` and `cache-to` say of the cache. */
export interface BuildxCache {
  /** Undefined where neither says one. */
  readonly repository: ImageRepository | undefined
  /** Undefined where neither input is given. */
  readonly write: boolean | undefined
}

/**
 * Reads `type=registry,ref=…`. Kaniko's cache is a repository with a tag for each
 * layer: a tag of the reference is dropped, and an image's own repository is
 * not taken for it, but what is derived from it.
 */
export function readBuildxCache(reader: InputReader, tags: readonly ImageReference[]): BuildxCache {
  const from = reader.read('cache-from', parseCaches, undefined)
  const to = reader.read('cache-to', parseCaches, undefined)
  if (from === undefined && to === undefined) return { repository: undefined, write: undefined }
  const all = [...(to ?? []), ...(from ?? [])]
  const [first] = all
  const other = all.find((one) => first !== undefined && nameOf(one) !== nameOf(first))
  if (first !== undefined && other !== undefined) {
    const problem = `Kaniko has one cache, and ${nameOf(first)} is another one; name one repository`
    reader.report({ input: to === undefined ? 'cache-from' : 'cache-to', value: nameOf(other), problem })
  }
  const isImage = tags.some((tag) => first !== undefined && nameOf(tag) === nameOf(first))
  return { repository: isImage ? undefined : first, write: to !== undefined }
}

const nameOf = (repository: ImageRepository): string => printImageRepository(repository)

function parseCaches(text: string): Parsed<readonly ImageRepository[]> {
  return gathered(listOfLines(text).map(parseCache))
}

function parseCache(line: string): Parsed<ImageRepository> {
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
  const reference = parseImageReference(isShort ? line : (fields.get('ref') ?? ''))
  if (reference.kind === 'problems') return reference
  const { registry, repository } = reference.value
  return parsed({ registry, repository })
}
