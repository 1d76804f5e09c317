import type { KubernetesObject } from '../kubernetes/objects.ts'

/** A JSON object, or what may be one. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value of a JSON text; undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An object as the API server sends it: with a name, at least. Anything else is a broken answer. */
export function parseObject(value: unknown): KubernetesObject {
  const metadata = isRecord(value) ? value['metadata'] : undefined
  if (!isRecord(metadata) || typeof metadata['name'] !== 'string') {
    throw new Error('the API server sent something that is no object')
  }
  // The API server is trusted to keep to its schema beyond the fields checked here.
  return value as KubernetesObject
}

/** The objects of a list, and the version a watch may begin from. */
export function parseList(value: unknown): {
  readonly items: readonly KubernetesObject[]
  readonly resourceVersion: string
  /** There is no further page. */
  readonly areAll: boolean
  /** Where the next page begins; undefined: there is none. */
  readonly next: string | undefined
} {
  const metadata = isRecord(value) ? value['metadata'] : undefined
  const items = isRecord(value) ? value['items'] : undefined
  if (!isRecord(metadata) || (!Array.isArray(items) && items !== null)) {
    throw new Error('the API server sent something that is no list')
  }
  const version = metadata['resourceVersion']
  return {
    items: (items ?? []).map(parseObject),
    resourceVersion: typeof version === 'string' ? version : '',
    areAll: typeof metadata['continue'] !== 'string' || metadata['continue'] === '',
    next:
      typeof metadata['continue'] === 'string' && metadata['continue'] !== ''
        ? metadata['continue']
        : undefined,
  }
}
