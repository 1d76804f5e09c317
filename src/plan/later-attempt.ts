import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { BuildPlan } from './build-plan.ts'
import { laterName } from './resource-names.ts'
import type { LaterAttempt } from './resource-names.ts'

type Mapping = Readonly<Record<string, unknown>>

/**
 * The same build once more. Its Job and ConfigMap have other names than those
 * of the attempts before, which may still be going away; `first` is the plan of
 * the first one.
 */
export function laterAttempt(first: BuildPlan, attempt: LaterAttempt): BuildPlan {
  const contextMap = renamed(
    first.contextMap,
    laterName(first.contextMap.metadata.name, attempt, first.identity),
  )
  const job = renamed(first.job, laterName(first.job.metadata.name, attempt, first.identity))
  const [from, to] = [first.contextMap.metadata.name, contextMap.metadata.name]
  return { ...first, contextMap, job: withPodSpec(job, (spec) => withContext(spec, from, to)) }
}

/** The same build outside a user namespace. */
export function withoutUserNamespace(plan: BuildPlan): BuildPlan {
  const job = withPodSpec(plan.job, (spec) => without(spec, 'hostUsers'))
  return { ...plan, userNamespace: 'no', job }
}

function withPodSpec(job: KubernetesObject, change: (spec: Mapping) => Mapping): KubernetesObject {
  return {
    ...job,
    ...changed(job, 'spec', (spec) => changed(spec, 'template', (pod) => changed(pod, 'spec', change))),
  }
}

/** The pod's spec with the volumes of one ConfigMap made from another. */
function withContext(podSpec: Mapping, from: string, to: string): Mapping {
  const volumes = podSpec['volumes']
  if (!Array.isArray(volumes)) return podSpec
  const rename = (source: Mapping) => (source['name'] === from ? { ...source, name: to } : source)
  return {
    ...podSpec,
    volumes: volumes.map((volume: unknown) =>
      isMapping(volume) ? changed(volume, 'configMap', rename) : volume,
    ),
  }
}

function renamed(object: KubernetesObject, name: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, name } }
}

/** `object` with the mapping at `key` changed; as it is without one. */
function changed(object: Mapping, key: string, change: (value: Mapping) => Mapping): Mapping {
  const value = object[key]
  return isMapping(value) ? { ...object, [key]: change(value) } : object
}

const without = (object: Mapping, key: string): Mapping =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key))

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
