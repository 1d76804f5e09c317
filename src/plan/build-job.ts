import type { KubernetesObject, ObjectMeta, ResourceRequirements, Toleration } from '../kubernetes/objects.ts'
import { LINUX } from '../request/node-selector.ts'
import type { PodRequest } from '../request/pod-request.ts'
import type { HelperParts } from './helper-container.ts'
import type { Ends } from './lifetimes.ts'
import { literal } from './literal.ts'
import type { Mount } from './mounts.ts'
import type { Variable } from './git-credentials.ts'
import { podFields, podVariables } from './pod-fields.ts'
import { volumeMount } from './pod-spec.ts'

/** Seconds between the request to end and the kill: a build has nothing to save. */
const TERMINATION_GRACE_SECONDS = 5

/** A mesh's proxy would never end, and with it the Job; nor may the build be moved: it would begin anew. */
const POD_LABELS = {
  'sidecar.istio.io/inject': 'false',
  'istio.io/dataplane-mode': 'none',
  'kuma.io/sidecar-injection': 'disabled',
} as const

const POD_ANNOTATIONS = {
  'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
  'karpenter.sh/do-not-disrupt': 'true',
  'sidecar.istio.io/inject': 'false',
  'linkerd.io/inject': 'disabled',
  'consul.hashicorp.com/connect-inject': 'false',
  'kuma.io/sidecar-injection': 'disabled',
  'openservicemesh.io/sidecar-injection': 'disabled',
} as const

/** Lets Azure's webhook give the pod its service account's identity; means nothing elsewhere. */
const CLOUD_IDENTITY = { 'azure.workload.identity/use': 'true' } as const

/** Whoever attaches first is listened to, and when that ends, so does what the process reads. */
const STREAMED = { stdin: true, stdinOnce: true } as const

/** The container that builds: what is the builder's own. */
export interface BuildContainer {
  readonly name: string
  readonly image: string
  /** Undefined: the image's own. */
  readonly command?: readonly string[] | undefined
  /** As the process is to get them. */
  readonly args: readonly string[]
  readonly variables: readonly Variable[]
  readonly securityContext: Readonly<Record<string, unknown>>
  /** Of the pod. */
  readonly podSecurityContext: Readonly<Record<string, unknown>>
}

/** What one Job is made of. */
export interface BuildJob {
  readonly metadata: ObjectMeta
  /** Whether the context comes through the container's standard input. */
  readonly streamed: boolean
  readonly mounts: readonly Mount[]
  /** Undefined: the namespace's default one. */
  readonly serviceAccount: string | undefined
  /** Whether the service account is the user's, and may have an identity of a cloud. */
  readonly cloudIdentity: boolean
  readonly nodeSelector: ReadonlyMap<string, string>
  readonly tolerations: readonly Toleration[]
  readonly pod: PodRequest
  readonly builder: BuildContainer
  readonly resources: ResourceRequirements
  /** Whether the pod asks for a user namespace. */
  readonly userNamespace: boolean
  readonly ends: Ends
  /** What brings the image's files to the runner; undefined where there are none. */
  readonly helper: HelperParts | undefined
}

/** The Job that builds. */
export function buildJob(given: BuildJob): KubernetesObject {
  const { labels = {}, annotations = {} } = given.metadata
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: given.metadata,
    spec: {
      // A second pod would build and push again, and take the first one's log along.
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: given.ends.jobSeconds,
      ttlSecondsAfterFinished: given.ends.ttlSeconds,
      template: {
        metadata: {
          labels: {
            ...POD_LABELS,
            ...Object.fromEntries(given.pod.labels),
            ...labels,
            ...(given.cloudIdentity ? CLOUD_IDENTITY : {}),
          },
          annotations: { ...POD_ANNOTATIONS, ...Object.fromEntries(given.pod.annotations), ...annotations },
        },
        spec: podSpec(given),
      },
    },
  }
}

function podSpec(given: BuildJob): Readonly<Record<string, unknown>> {
  return {
    restartPolicy: 'Never',
    activeDeadlineSeconds: given.ends.podSeconds,
    terminationGracePeriodSeconds: TERMINATION_GRACE_SECONDS,
    ...(given.serviceAccount === undefined ? {} : { serviceAccountName: given.serviceAccount }),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(given.userNamespace ? { hostUsers: false } : {}),
    nodeSelector: Object.fromEntries([...given.nodeSelector, LINUX]),
    ...(given.tolerations.length === 0 ? {} : { tolerations: given.tolerations }),
    ...podFields(given.pod),
    securityContext: given.builder.podSecurityContext,
    containers: [container(given), ...(given.helper === undefined ? [] : [given.helper.container])],
    ...volumesOf(given),
  }
}

function volumesOf({ mounts, helper }: BuildJob): Readonly<Record<string, unknown>> {
  const volumes = [...mounts.map(({ volume }) => volume), ...(helper?.volumes ?? [])]
  return volumes.length === 0 ? {} : { volumes }
}

function container(given: BuildJob): Readonly<Record<string, unknown>> {
  const { builder } = given
  return {
    name: builder.name,
    image: builder.image,
    imagePullPolicy: 'IfNotPresent',
    ...(builder.command === undefined ? {} : { command: builder.command.map(literal) }),
    args: builder.args.map(literal),
    env: [...builder.variables, ...podVariables(given.pod)],
    resources: given.resources,
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    securityContext: builder.securityContext,
    ...(given.streamed ? STREAMED : {}),
    ...(given.mounts.length === 0 ? {} : { volumeMounts: given.mounts.map(volumeMount) }),
  }
}
