import type { KubernetesObject, ObjectMeta } from '../kubernetes/objects.ts'
import { CONTEXT_FILE } from './places.ts'

/** Bytes of a compressed context: 900 KiB. Kubernetes refuses a ConfigMap above 1 MiB. */
export const MAX_CONTEXT_BYTES = 921_600

/** What a build has beside its pod that is no secret. */
export interface MapContents {
  /** The compressed context; undefined if it is streamed. */
  readonly context: Uint8Array | undefined
  /** Certificates and settings, texts by file name. */
  readonly texts: ReadonlyMap<string, string>
}

/**
 * The ConfigMap that holds the context, certificates and settings; undefined if there is
 * nothing to hold. Immutable: nobody can put another context under a build.
 */
export function contextMap(
  metadata: ObjectMeta,
  { context, texts }: MapContents,
): KubernetesObject | undefined {
  if (context === undefined && texts.size === 0) return undefined
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    immutable: true,
    ...(texts.size === 0 ? {} : { data: Object.fromEntries(texts) }),
    ...(context === undefined
      ? {}
      : { binaryData: { [CONTEXT_FILE]: Buffer.from(context).toString('base64') } }),
  }
}

/**
 * An object with its owner, so that it goes when the Job goes. No
 * `blockOwnerDeletion`: it would need the right to update Jobs' finalizers, and
 * hold up the Job's deletion.
 */
export function ownedBy(
  object: KubernetesObject,
  job: { readonly name: string; readonly uid: string },
): KubernetesObject {
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: job.name, uid: job.uid }
  return { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } }
}
