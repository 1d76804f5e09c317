import type { ResourceList, ResourceRequirements } from '../kubernetes/objects.ts'
import type { ClusterBuilder } from '../request/builder-choice.ts'
import type { ImageFiles } from '../request/image-files.ts'
import { HELPER_DIRECTORIES, waitScript } from './helper-scripts.ts'
import { IMAGE_FILES_VOLUME } from './mounts.ts'
import { literal } from './literal.ts'

/** Name of the container beside the one that builds. */
export const HELPER_CONTAINER = 'image-helper'

const WORK_VOLUME = 'image-helper'

/** Nobody in particular; Kaniko's archive is readable for all. */
const NOBODY = { runAsUser: 65532, runAsGroup: 65532, runAsNonRoot: true } as const

/** Layers in Kaniko's OCI layout are readable for their owner alone. Without capabilities this root can do no more. */
const OWNER = { runAsUser: 0, runAsGroup: 0 } as const

/** It reads, hashes and writes, at some 40 MB/s with one processor; a quota may ask for limits of all containers. */
const RESOURCES = {
  requests: { cpu: '100m', memory: '64Mi' },
  limits: { cpu: '1', memory: '64Mi' },
} as const satisfies ResourceRequirements

/** Where the build says something about its disk, a quota may ask for it here too. */
const DISK = '16Mi'

export interface HelperParts {
  readonly container: Readonly<Record<string, unknown>>
  readonly volumes: readonly Readonly<Record<string, unknown>>[]
}

/**
 * The container that waits beside the builder until the image's files have been
 * brought over, for `seconds` at most. It has a shell and no rights at all.
 * `build`: the resources of the one that builds.
 */
export function helperParts(
  { files, helperImage }: ImageFiles,
  builder: ClusterBuilder,
  seconds: number,
  build: ResourceRequirements,
): HelperParts {
  const readsLayers = builder === 'kaniko' && files.some(({ form }) => form === 'oci')
  const container = {
    name: HELPER_CONTAINER,
    image: helperImage,
    imagePullPolicy: 'IfNotPresent',
    // A shell is at /busybox/sh in Kaniko's images and at /bin/sh in others.
    command: ['sh', '-c', literal(waitScript(seconds))],
    env: [{ name: 'PATH', value: '/busybox:/bin:/usr/bin' }],
    workingDir: '/',
    resources: resourcesBeside(build),
    securityContext: {
      ...(readsLayers ? OWNER : NOBODY),
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: IMAGE_FILES_VOLUME, mountPath: HELPER_DIRECTORIES.files, readOnly: true },
      { name: WORK_VOLUME, mountPath: HELPER_DIRECTORIES.work },
    ],
  }
  return { container, volumes: [{ name: WORK_VOLUME, emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }] }
}

function resourcesBeside({ requests, limits }: ResourceRequirements): ResourceRequirements {
  const withDisk = (own: ResourceList, builds: ResourceList | undefined): ResourceList =>
    builds?.['ephemeral-storage'] === undefined ? own : { ...own, 'ephemeral-storage': DISK }
  return {
    requests: withDisk(RESOURCES.requests, requests),
    limits: withDisk(RESOURCES.limits, limits),
  }
}
