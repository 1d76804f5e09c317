import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { BuildPlan } from './build-plan.ts'
import { secondName } from './resource-names.ts'

type Mapping = Readonly<Record<string, unknown>>

/**
 * The same build once more, outside a user namespace. Its Job and ConfigMap have
 * other names, for those of the first attempt may still be going away.
 */
export function withoutUserNamespace(plan: BuildPlan): BuildPlan {
  const contextMap = renamed(plan.contextMap, secondName(plan.contextMap.metadata.name, plan.identity))
  const job = renamed(plan.job, secondName(plan.job.metadata.name, plan.identity))
  const podSpec = (spec: Mapping) =>
    withContext(without(spec, 'hostUsers'), plan.contextMap.metadata.name, contextMap.metadata.name)
  return {
    ...plan,
    userNamespace: 'no',
    contextMap,
    job: {
      ...job,
      ...changed(job, 'spec', (spec) => changed(spec, 'template', (pod) => changed(pod, 'spec', podSpec))),
    },
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
