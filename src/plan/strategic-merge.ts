import { fieldOf, isJsonList, isJsonMapping, type Json, type JsonMapping } from '../request/json-yaml.ts'

/**
 * Fields of a pod that are lists of entries with a name, and which field that is.
 * Source: patchMergeKey in the Kubernetes API reference, v1.34.
 */
const NAMED_BY: ReadonlyMap<string, string> = new Map([
  ['containers', 'name'],
  ['initContainers', 'name'],
  ['volumes', 'name'],
  ['env', 'name'],
  ['imagePullSecrets', 'name'],
  ['resourceClaims', 'name'],
  ['volumeMounts', 'mountPath'],
  ['volumeDevices', 'devicePath'],
  ['hostAliases', 'ip'],
  ['ports', 'containerPort'],
  ['topologySpreadConstraints', 'topologyKey'],
])

/** Lists whose entries are one of several kinds, and two kinds at once are none: the later entry is taken whole. */
const WHOLE: readonly string[] = ['env', 'volumes']

/**
 * `patch` merged into `base` as Kubernetes' strategic merge does for pods:
 * mappings field by field, lists of named entries by name, null removes; of
 * everything else `patch` is taken.
 */
export function strategicMerge(base: JsonMapping, patch: JsonMapping): JsonMapping {
  const kept = Object.entries(base).filter(([field]) => !Object.hasOwn(patch, field))
  const patched = Object.entries(patch).flatMap(([field, value]): readonly (readonly [string, Json])[] =>
    value === null ? [] : [[field, mergedValue(field, fieldOf(base, field), value)]],
  )
  // Fields keep the places that the base gives them.
  const all = new Map([...kept, ...patched])
  const order = new Set([...Object.keys(base), ...all.keys()])
  return Object.fromEntries([...order].flatMap((field) => entryOf(all, field)))
}

function mergedValue(field: string, base: Json | undefined, patch: Json): Json {
  if (isJsonMapping(patch)) return strategicMerge(isJsonMapping(base) ? base : {}, patch)
  if (!isJsonList(patch)) return patch
  const key = NAMED_BY.get(field)
  const list = isJsonList(base) && key !== undefined ? base : []
  return key === undefined ? patch.map(withoutNull) : mergedList(list, patch, key, WHOLE.includes(field))
}

function mergedList(
  base: readonly Json[],
  patch: readonly Json[],
  key: string,
  whole: boolean,
): readonly Json[] {
  return patch.reduce<readonly Json[]>((list, entry) => {
    const name = isJsonMapping(entry) ? fieldOf(entry, key) : undefined
    const at = list.findIndex((one) => isJsonMapping(one) && name !== undefined && fieldOf(one, key) === name)
    const found = list[at]
    if (!isJsonMapping(found) || !isJsonMapping(entry)) return [...list, withoutNull(entry)]
    return list.with(at, whole ? withoutNull(entry) : strategicMerge(found, entry))
  }, base)
}

const withoutNull = (value: Json): Json => (isJsonMapping(value) ? strategicMerge({}, value) : value)

function entryOf(all: ReadonlyMap<string, Json>, field: string): readonly (readonly [string, Json])[] {
  const value = all.get(field)
  return value === undefined ? [] : [[field, value]]
}
