import type { KubernetesObject } from '../kubernetes/objects.ts'
import { ANNOTATIONS } from './resource-names.ts'

type Mapping = Readonly<Record<string, unknown>>

/** By an owner token a build removes what it made; by an expiry others remove it. What a person applies is theirs. */
const OF_A_BUILD: readonly string[] = [ANNOTATIONS.ownerToken, ANNOTATIONS.expiresAt]

/** An object, and the pod in it, without the annotations that give it to a build and an end to it. */
export function withoutExpiry(object: KubernetesObject): KubernetesObject {
  const own = withoutAnnotations(object)
  const pods = mapped(own, 'spec', (spec) => mapped(spec, 'template', withoutAnnotations))
  return { ...object, ...pods }
}

/** The Job with other arguments for the container of that name. */
export function withArguments(
  job: KubernetesObject,
  container: string,
  change: (args: readonly string[]) => readonly string[],
): KubernetesObject {
  const changed = (one: unknown): unknown =>
    isMapping(one) && one['name'] === container ? { ...one, args: change(texts(one['args'])) } : one
  const pods = mapped(job, 'spec', (spec) =>
    mapped(spec, 'template', (template) =>
      mapped(template, 'spec', (pod) => ({
        ...pod,
        containers: Array.isArray(pod['containers']) ? pod['containers'].map(changed) : pod['containers'],
      })),
    ),
  )
  return { ...job, ...pods }
}

function withoutAnnotations(object: Mapping): Mapping {
  return mapped(object, 'metadata', (metadata) => {
    const { annotations, ...rest } = metadata
    const kept = Object.entries(isMapping(annotations) ? annotations : {}).filter(
      ([key]) => !OF_A_BUILD.includes(key),
    )
    return kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) }
  })
}

/** `object` with the mapping at `key` changed; as it is without one. */
function mapped(object: Mapping, key: string, change: (value: Mapping) => Mapping): Mapping {
  const value = object[key]
  return isMapping(value) ? { ...object, [key]: change(value) } : object
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])
