import { CORE_SCHEMA, load } from 'js-yaml'
import { type Parsed, parsed, refused } from './parsed.ts'

/** A value as JSON has it, and with it the API server. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

export type JsonMapping = { readonly [key: string]: Json }

/**
 * Reads YAML (or JSON) as what Kubernetes would get: texts, numbers, booleans.
 * The problem names a place and quotes nothing: the text may hold secrets.
 */
export function parseJsonYaml(text: string, form: string): Parsed<Json> {
  try {
    // Without dates and tags, what JSON has is all that there is, but for what isJson refuses.
    const value = load(text, { schema: CORE_SCHEMA })
    if (isJson(value)) return parsed(value)
  } catch (error) {
    return refused(`not YAML${placeOf(error)}; write ${form}`)
  }
  return refused(`refers to itself, or has a number that is none; write ${form}`)
}

/** Whether a value is a mapping. */
export function isJsonMapping(value: unknown): value is JsonMapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is a list. */
export function isJsonList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** The value of a field that a mapping has itself: `__proto__` and `constructor` are fields like others. */
export function fieldOf(mapping: JsonMapping, field: string): Json | undefined {
  return Object.hasOwn(mapping, field) ? mapping[field] : undefined
}

function isJson(value: unknown, above: readonly unknown[] = []): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || above.includes(value)) return false
  return Object.values(value).every((inner) => isJson(inner, [...above, value]))
}

/** ` (line 2)`, counted as people count. */
function placeOf(error: unknown): string {
  const mark: unknown = error instanceof Error && 'mark' in error ? error.mark : undefined
  const line = typeof mark === 'object' && mark !== null && 'line' in mark ? mark.line : undefined
  return typeof line === 'number' ? ` (line ${line + 1})` : ''
}
