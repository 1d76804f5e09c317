import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { BuildPlan } from './build-plan.ts'
import { secondName } from './resource-names.ts'

type Mapping = Readonly<Record<string, unknown>>

/** The same build once more, outside a user namespace. */
export function withoutUserNamespace(plan: BuildPlan): BuildPlan {
  const again = secondAttempt(plan)
  return { ...again, userNamespace: 'no', job: withPodSpec(again.job, (spec) => without(spec, 'hostUsers')) }
}

/**
 * The same build once more. Its Job and ConfigMap have other names, for those
 * of the first attempt may still be going away.
 */
export function secondAttempt(plan: BuildPlan): BuildPlan {
  const { contextMap: first, identity } = plan
  const job = renamed(plan.job, secondName(plan.job.metadata.name, identity))
  if (first === undefined) return { ...plan, job }
  const contextMap = renamed(first, secondName(first.metadata.name, identity))
  const [from, to] = [first.metadata.name, contextMap.metadata.name]
  return { ...plan, contextMap, job: withPodSpec(job, (spec) => withContext(spec, from, to)) }
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
