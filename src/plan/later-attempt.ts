import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { BuildPlan } from './build-plan.ts'
import { changed, isMapping, withPodSpec } from './pod-spec.ts'
import { laterName } from './resource-names.ts'
import type { LaterAttempt } from './resource-names.ts'

type Mapping = Readonly<Record<string, unknown>>

/**
 * The same build once more. What it creates has other names than what the
 * attempts before created, which may still be going away; `first` is the plan of
 * the first one.
 */
export function laterAttempt(first: BuildPlan, attempt: LaterAttempt): BuildPlan {
  const later = (name: string): string => laterName(name, attempt, first.identity)
  const again = (object: KubernetesObject): KubernetesObject => renamed(object, later(object.metadata.name))
  const contextMap = first.contextMap && again(first.contextMap)
  const mounted = [...(first.contextMap === undefined ? [] : [first.contextMap]), ...first.secrets]
  const names = new Map(mounted.map(({ metadata }) => [metadata.name, later(metadata.name)]))
  return {
    ...first,
    contextMap,
    secrets: first.secrets.map(again),
    job: withPodSpec(again(first.job), (spec) => withVariables(withVolumes(spec, names), names)),
  }
}

/** The same build outside a user namespace. */
export function withoutUserNamespace(plan: BuildPlan): BuildPlan {
  const job = withPodSpec(plan.job, (spec) => without(spec, 'hostUsers'))
  return { ...plan, userNamespace: 'no', job }
}

/** The pod's spec with volumes made from what has another name now. */
function withVolumes(podSpec: Mapping, names: ReadonlyMap<string, string>): Mapping {
  const rename = (key: string) => (source: Mapping) => {
    const name = names.get(String(source[key]))
    return name === undefined ? source : { ...source, [key]: name }
  }
  const renewed = (volume: Mapping) =>
    changed(changed(volume, 'configMap', rename('name')), 'secret', rename('secretName'))
  return withEach(podSpec, 'volumes', renewed)
}

/** The pod's spec with variables from Secrets that have another name now. */
function withVariables(podSpec: Mapping, names: ReadonlyMap<string, string>): Mapping {
  const renewed = (variable: Mapping) =>
    changed(variable, 'valueFrom', (from) =>
      changed(from, 'secretKeyRef', (reference) => {
        const name = names.get(String(reference['name']))
        return name === undefined ? reference : { ...reference, name }
      }),
    )
  const each = (container: Mapping) => withEach(container, 'env', renewed)
  return withEach(withEach(podSpec, 'containers', each), 'initContainers', each)
}

/** `object` with every mapping in the list at `key` changed. */
function withEach(object: Mapping, key: string, change: (value: Mapping) => Mapping): Mapping {
  const list = object[key]
  if (!Array.isArray(list)) return object
  return { ...object, [key]: list.map((one: unknown) => (isMapping(one) ? change(one) : one)) }
}

function renamed(object: KubernetesObject, name: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, name } }
}

const without = (object: Mapping, key: string): Mapping =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key))
