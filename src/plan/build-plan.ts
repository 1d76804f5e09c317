import type { MissingSource } from '../context/context-archive.ts'
import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { Dockerfile } from '../progress/dockerfile.ts'
import type { ClusterBuilder } from '../request/builder-choice.ts'
import type { Cleanup } from '../request/build-request.ts'
import type { ImageFiles } from '../request/image-files.ts'
import type { Ends } from './lifetimes.ts'
import type { RegistryCredential } from './registry-auth.ts'

/** Who a build is: drawn once, before anything is created. The random part and the token are the identity. */
export interface BuildIdentity {
  /** Five characters of [a-z0-9]; the end of every object's name. */
  readonly random: string
  /** 32 hexadecimal digits, an annotation on every object: what carries it is ours. */
  readonly ownerToken: string
}

/** Where a build runs, as GitHub tells it; undefined where it does not (a laptop, another CI). */
export interface RunContext {
  readonly runId: string | undefined
  readonly runAttempt: string | undefined
  readonly job: string | undefined
  readonly step: string | undefined
  /** `owner/name` */
  readonly repository: string | undefined
  /** `https://github.com`, or a GitHub Enterprise server */
  readonly serverUrl: string | undefined
  readonly sha: string | undefined
  readonly ref: string | undefined
  /** `owner/name` of this action, and the version that the workflow names; undefined for one in its own repository. */
  readonly actionRepository: string | undefined
  readonly actionRef: string | undefined
}

/** Of a build outside GitHub, and of one that nobody knows yet: a template's. */
export const NO_RUN: RunContext = {
  runId: undefined,
  runAttempt: undefined,
  job: undefined,
  step: undefined,
  repository: undefined,
  serverUrl: undefined,
  sha: undefined,
  ref: undefined,
  actionRepository: undefined,
  actionRef: undefined,
}

/** Where the executor fetches a context from. */
export interface FetchedFrom {
  readonly kind: 'git' | 'claim' | 'url'
  /** For people: `https://github.com/acme/app.git#main`. */
  readonly shown: string
  /** Who it is there, in words; undefined: nobody in particular. */
  readonly as: string | undefined
}

/** How the context reaches the pod. */
export type PlannedDelivery =
  /** In `contextMap`; its size as it is sent, in bytes. */
  | { readonly kind: 'configmap'; readonly bytes: number }
  /** Into the container's standard input, once it runs. */
  | { readonly kind: 'stream' }
  /** By the executor itself, which fetches it. */
  | { readonly kind: 'executor'; readonly from: FetchedFrom }

/**
 * Everything that will be created in the cluster, decided before anything is.
 * A template (template-plan.ts) is this as well, for others to create.
 */
export interface BuildPlan {
  readonly kind: ClusterBuilder
  readonly identity: BuildIdentity
  readonly namespace: string
  /** The build's own namespace, its ServiceAccount and what closes its network, in the order of creation; empty in a given namespace. */
  readonly surroundings: readonly KubernetesObject[]
  readonly job: KubernetesObject
  readonly delivery: PlannedDelivery
  /**
   * Holds the context, unless that is streamed, and certificates; undefined where
   * there is neither. A Secret where no ConfigMap may be made (map-as-secret.ts).
   * Its owner reference is added when the Job's uid is known.
   */
  readonly contextMap: KubernetesObject | undefined
  /** Secrets that are sent, as `contextMap` holds the context: registry credentials, then the build's own; as many as needed. */
  readonly secrets: readonly KubernetesObject[]
  /** Keys of the Secret with the build's own secrets, by what the Dockerfile calls them. */
  readonly secretKeys: ReadonlyMap<string, string>
  /** Name of the container in `job` that builds. */
  readonly container: string
  /** Name of the one that pushes once that has ended; undefined where the builder pushes, or nobody does. */
  readonly pushContainer?: string | undefined
  readonly executor: string
  /** What is brought to the runner out of a second container of `job`; undefined: nothing, and there is none. */
  readonly imageFiles?: ImageFiles | undefined
  /** Destinations that the image is pushed to, first one first; empty if it is not pushed. */
  readonly destinations: readonly string[]
  /** `repository` of the first destination, without tag; undefined if not pushed. */
  readonly repository: string | undefined
  /** Every registry that the build touches, and where its credentials come from. */
  readonly credentials: readonly RegistryCredential[]
  readonly userNamespace: 'yes' | 'no' | 'try'
  readonly timeoutSeconds: number
  readonly scheduleTimeoutSeconds: number
  /** When the cluster itself puts an end to what is created. */
  readonly ends: Ends
  /** Whether what is created is removed at the build's end. */
  readonly cleanup: Cleanup
  /** What is built, for messages that name its lines. */
  readonly dockerfile: Dockerfile
  /** Whether the executor looks for layers in a cache. */
  readonly usesCache: boolean
  readonly missingSources: readonly MissingSource[]
  /** Sentences for the log: what was decided for the user and why. */
  readonly notes: readonly string[]
}
