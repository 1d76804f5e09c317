import type { KubernetesObject, ObjectMeta } from '../kubernetes/objects.ts'

/** A Secret of a build's own, by its keys. Immutable, as the context is: nobody can put another under a build. */
export function ownSecret(
  metadata: ObjectMeta,
  type: 'Opaque' | 'kubernetes.io/dockerconfigjson',
  values: ReadonlyMap<string, string | Uint8Array>,
): KubernetesObject {
  const data = [...values].map(([key, value]) => [key, Buffer.from(value).toString('base64')])
  return { apiVersion: 'v1', kind: 'Secret', metadata, type, immutable: true, data: Object.fromEntries(data) }
}
