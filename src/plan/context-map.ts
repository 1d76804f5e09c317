import type { KubernetesObject, ObjectMeta } from '../kubernetes/objects.ts'
import { CONTEXT_FILE } from './kaniko-args.ts'

/** Bytes of a compressed context: 900 KiB. Kubernetes refuses a ConfigMap above 1 MiB. */
export const MAX_CONTEXT_BYTES = 921_600

/** The ConfigMap that holds the context. Immutable: nobody can put another context under a build. */
export function contextMap(metadata: ObjectMeta, archive: Uint8Array): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    immutable: true,
    binaryData: { [CONTEXT_FILE]: Buffer.from(archive).toString('base64') },
  }
}

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
