import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { BuildPlan } from './build-plan.ts'
import { secondName } from './resource-names.ts'

type Mapping = Readonly<Record<string, unknown>>

/**
 * The same build once more, outside a user namespace. What it creates has
 * other names, for those of the first attempt may still be going away.
 */
export function withoutUserNamespace(plan: BuildPlan): BuildPlan {
  const again = (object: KubernetesObject) => renamed(object, secondName(object.metadata.name, plan.identity))
  const job = again(plan.job)
  const contextMap = again(plan.contextMap)
  const registrySecret = plan.registrySecret && again(plan.registrySecret)
  const names = new Map(
    [plan.contextMap, plan.registrySecret]
      .map((object) => object?.metadata.name ?? '')
      .map((name) => [name, secondName(name, plan.identity)]),
  )
  const podSpec = (spec: Mapping) => withVolumes(without(spec, 'hostUsers'), names)
  return {
    ...plan,
    userNamespace: 'no',
    contextMap,
    registrySecret,
    job: {
      ...job,
      ...changed(job, 'spec', (spec) => changed(spec, 'template', (pod) => changed(pod, 'spec', podSpec))),
    },
  }
}

/** The pod's spec with volumes made from what has another name now. */
function withVolumes(podSpec: Mapping, names: ReadonlyMap<string, string>): Mapping {
  const volumes = podSpec['volumes']
  if (!Array.isArray(volumes)) return podSpec
  const rename = (key: string) => (source: Mapping) => {
    const name = names.get(String(source[key]))
    return name === undefined ? source : { ...source, [key]: name }
  }
  const renewed = (volume: Mapping) =>
    changed(changed(volume, 'configMap', rename('name')), 'secret', rename('secretName'))
  return {
    ...podSpec,
    volumes: volumes.map((volume: unknown) => (isMapping(volume) ? renewed(volume) : volume)),
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
