import { FAILSAFE_SCHEMA, load } from 'js-yaml'
import { type Parsed, parsed, refused } from './parsed.ts'

/** YAML whose every scalar is a text: `01234`, `true` and `null` stay what they look like. */
export type PlainYaml = string | readonly PlainYaml[] | { readonly [key: string]: PlainYaml }

/**
 * Reads YAML (or JSON) as texts, lists and mappings. The problem names a place
 * and quotes nothing: the text may hold secrets, and so may the library's own
 * words about it.
 */
export function parsePlainYaml(text: string, form: string): Parsed<PlainYaml> {
  try {
    // Without numbers, dates and tags, texts, lists and mappings are all that there is.
    const value = load(text, { schema: FAILSAFE_SCHEMA }) as PlainYaml
    if (isAcyclic(value)) return parsed(value)
  } catch (error) {
    return refused(`not YAML${placeOf(error)}; write ${form}`)
  }
  return refused(`refers to itself; write ${form}`)
}

/** Whether a value is a mapping. */
export function isMapping(value: PlainYaml): value is { readonly [key: string]: PlainYaml } {
  return typeof value === 'object' && !isList(value)
}

/** Whether a value is a list. */
export function isList(value: PlainYaml): value is readonly PlainYaml[] {
  return Array.isArray(value)
}

function isAcyclic(value: PlainYaml, above: readonly PlainYaml[] = []): boolean {
  if (typeof value === 'string') return true
  if (above.includes(value)) return false
  return Object.values(value).every((inner) => isAcyclic(inner, [...above, value]))
}

/** ` (line 2)`, counted as people count. */
function placeOf(error: unknown): string {
  const mark: unknown = error instanceof Error && 'mark' in error ? error.mark : undefined
  const line = typeof mark === 'object' && mark !== null && 'line' in mark ? mark.line : undefined
  return typeof line === 'number' ? ` (line ${line + 1})` : ''
}
