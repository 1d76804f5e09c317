import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { Mount } from './mounts.ts'

type Mapping = Readonly<Record<string, unknown>>

/** A mount as a container has it. */
export function volumeMount({ volume, path, isWritable }: Mount): Mapping {
  return { name: volume.name, mountPath: path, ...(isWritable ? {} : { readOnly: true }) }
}

/** The Job with another spec of its pod. */
export function withPodSpec(job: KubernetesObject, change: (spec: Mapping) => Mapping): KubernetesObject {
  return {
    ...job,
    ...changed(job, 'spec', (spec) => changed(spec, 'template', (pod) => changed(pod, 'spec', change))),
  }
}

/** `object` with the mapping at `key` changed; as it is without one. */
export function changed(object: Mapping, key: string, change: (value: Mapping) => Mapping): Mapping {
  const value = object[key]
  return isMapping(value) ? { ...object, [key]: change(value) } : object
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
