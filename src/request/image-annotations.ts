import { parseMap } from './lines.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'

/** Annotations of the image's manifest. */
export interface ImageAnnotations {
  readonly entries: ReadonlyMap<string, string>
  /** Keys of those for an index, which an image of one platform has not. */
  readonly leftOut: readonly string[]
}

export const NO_ANNOTATIONS: ImageAnnotations = { entries: new Map(), leftOut: [] }

const LEVELS: readonly string[] = ['manifest', 'index', 'manifest-descriptor', 'index-descriptor']

/** `manifest:`, `index,manifest:`, `manifest[linux/amd64]:` */
const PREFIX = /^([a-z-]+(?:\[[^\]]*\])?(?:,[a-z-]+(?:\[[^\]]*\])?)*):(.+)$/

/** Reads `[level:]KEY=value` lines, as docker/metadata-action prints them and buildx reads them. */
export function parseAnnotations(text: string): Parsed<ImageAnnotations> {
  const map = parseMap(text)
  if (map.kind === 'problems') return map
  const all = gathered([...map.value].map(([key, value]) => parseAnnotation(key, value)))
  if (all.kind === 'problems') return all
  const isOurs = ({ levels }: Annotation): boolean => levels.includes('manifest')
  return parsed({
    entries: new Map(all.value.filter(isOurs).map(({ key, value }) => [key, value])),
    leftOut: all.value.filter((annotation) => !isOurs(annotation)).map(({ key }) => key),
  })
}

interface Annotation {
  readonly levels: readonly string[]
  readonly key: string
  readonly value: string
}

function parseAnnotation(given: string, value: string): Parsed<Annotation> {
  const [, prefix, key = ''] = PREFIX.exec(given) ?? []
  if (prefix === undefined) return parsed({ levels: ['manifest'], key: given, value })
  const levels = prefix.split(',').map((level) => level.replace(/\[.*$/, ''))
  const unknown = levels.find((level) => !LEVELS.includes(level))
  if (unknown === undefined) return parsed({ levels, key, value })
  return refused(`"${unknown}" is no level of annotations; known are ${LEVELS.join(', ')}`, given)
}

/** What is said of annotations that have no place. */
export function annotationNotices({ leftOut }: ImageAnnotations): readonly string[] {
  if (leftOut.length === 0) return []
  const keys = [...new Set(leftOut)].join(', ')
  return [`Annotations of an index are left out, for an image of one platform has none: ${keys}.`]
}
