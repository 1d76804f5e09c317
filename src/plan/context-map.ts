import type { ContextArchive } from '../context/context-archive.ts'
import type { Failure } from '../failure/failure.ts'
import type { KubernetesObject, ObjectMeta } from '../kubernetes/objects.ts'
import { CONTEXT_FILE } from './kaniko-args.ts'

/** Bytes of a compressed context: 900 KiB. Kubernetes refuses a ConfigMap above 1 MiB. */
export const MAX_CONTEXT_BYTES = 921_600

/** The ConfigMap that holds the context, and certificates by file name. Immutable: nobody can put another context under a build. */
export function contextMap(
  metadata: ObjectMeta,
  archive: ContextArchive,
  certificates: ReadonlyMap<string, string> = new Map(),
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    immutable: true,
    ...(certificates.size === 0 ? {} : { data: Object.fromEntries(certificates) }),
    binaryData: { [CONTEXT_FILE]: Buffer.from(archive.bytes).toString('base64') },
  }
}

/** Why the context cannot be sent, if it cannot. */
export function contextFailure(context: string, archive: ContextArchive): Failure | undefined {
  const size = archive.bytes.byteLength
  if (size <= MAX_CONTEXT_BYTES) return undefined
  const files = archive.files === 1 ? '1 file' : `${archive.files} files`
  return {
    code: 'context-too-large',
    headline: `The build context "${context}" is too large: ${kibibytes(size)} compressed, at most ${kibibytes(MAX_CONTEXT_BYTES)} can be sent.`,
    details: [
      `${files} with ${kibibytes(archive.contentBytes)} before compression; ${archive.ignored} left out by the ignore file`,
    ],
    cures: [
      'name what the image does not need in .dockerignore (.git, node_modules, build output, test data)',
      'set `context` to the directory that the Dockerfile really copies from',
      'fetch large files in the Dockerfile (ADD of a URL, RUN with a package manager) instead of copying them',
    ],
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

/** `1234` → `2 KiB`: rounded up, so that a size above the limit never looks equal to it. */
function kibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024).toLocaleString('en')} KiB`
}
