import type { KubernetesObject } from '../kubernetes/objects.ts'

/**
 * The ConfigMap with its owner, so that it goes when the Job goes. No
 * `blockOwnerDeletion`: it would need the right to update Jobs' finalizers, and
 * hold up the Job's deletion.
 */
export function ownedBy(
  contextMap: KubernetesObject,
  job: { readonly name: string; readonly uid: string },
): KubernetesObject {
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: job.name, uid: job.uid }
  return { ...contextMap, metadata: { ...contextMap.metadata, ownerReferences: [owner] } }
}
