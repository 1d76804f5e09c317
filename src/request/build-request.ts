import type { ResourceRequirements, Toleration } from '../kubernetes/objects.ts'
import { type ClusterBuilder, isInCluster, type LocalBuilder } from './builder-choice.ts'
import type { SecretSource } from './build-secrets.ts'
import type { ContextSource } from './context-source.ts'
import type { ExecutorOptions } from './executor-options.ts'
import type { FrontendOptions } from './frontend-options.ts'
import type { ImageFiles } from './image-files.ts'
import type { ImageReference, ImageRepository } from './image-reference.ts'
import type { NetworkPolicyChoice } from './network-policy.ts'
import type { Platform } from './platform.ts'
import type { PodRequest } from './pod-request.ts'
import type { RegistryAccess } from './registry-access.ts'
import type { TemplateRequest } from './template-request.ts'
import type { Verification } from './verification.ts'

/**
 * What the user asked for. Nothing in here needs parsing or checking again:
 * `readRequest` has done both.
 */
export interface BuildRequest {
  /** That the build is only to be written down; undefined: that it is to be made. */
  readonly template: TemplateRequest | undefined
  readonly builder: ClusterBuilder
  /** Whether the build's pod may be what Pod Security's baseline refuses. */
  readonly allowPrivileged: boolean
  readonly cluster: ClusterChoice
  readonly namespace: NamespaceChoice
  /** What the Dockerfile's COPY sees. */
  readonly context: ContextSource
  readonly contextDelivery: ContextDeliveryChoice
  /** Path of the Dockerfile, relative to the workspace, or to a context that is no directory; without it `Dockerfile` in the context. */
  readonly file: string | undefined
  readonly frontend: FrontendOptions
  /** Image references to push to; empty only if `push` is false. */
  readonly tags: readonly ImageReference[]
  /** Namespace of the registry in the cluster that tags without a registry go to; undefined: none is asked for. */
  readonly registryNamespace: string | undefined
  readonly push: boolean
  readonly verification: Verification
  /** Whether nothing is built where the same image is there already. */
  readonly skipIfExists: boolean
  /** Whether the image is to be, under its tags, in the store of the runner's tool, or of the node that builds. */
  readonly load: boolean
  readonly buildArgs: ReadonlyMap<string, string>
  /** What the Dockerfile's `RUN --mount=type=secret` may mount, by id. */
  readonly secrets: ReadonlyMap<string, SecretSource>
  readonly target: string | undefined
  /** What the image is for; undefined: what the node is. */
  readonly platform: Platform | undefined
  /** The user's labels; labels that the run adds are the plan's. */
  readonly labels: ReadonlyMap<string, string>
  readonly annotations: ReadonlyMap<string, string>
  readonly executor: string
  readonly executorOptions: ExecutorOptions
  /** The image as files on the runner; undefined: none. */
  readonly imageFiles: ImageFiles | undefined
  readonly cache: CacheRequest
  /** host[:port][/path] of each. */
  readonly registryMirrors: readonly string[]
  /** host[:port] of each registry that speaks plain HTTP. */
  readonly insecureRegistries: readonly string[]
  readonly registryAccess: RegistryAccess
  readonly resources: ResourceRequirements
  /** Labels that the node must have, besides being a Linux one. */
  readonly nodeSelector: ReadonlyMap<string, string>
  readonly tolerations: readonly Toleration[]
  readonly pod: PodRequest
  /** Of the build's own namespace. */
  readonly networkPolicy: NetworkPolicyChoice
  /** From the container's start to its end, in seconds. */
  readonly timeoutSeconds: number
  /** Until the container runs: scheduling, node scale-up, image pull; in seconds. */
  readonly scheduleTimeoutSeconds: number
  readonly userNamespace: UserNamespaceChoice
  readonly cleanup: Cleanup
  /** Prefix of object names; already a DNS-1123 label. */
  readonly jobName: string | undefined
  /** Arguments for the executor, appended as they are. */
  readonly kanikoArgs: readonly string[]
  /** Sentences for the log: what was understood and is probably not meant. */
  readonly notices: readonly string[]
  /** Sentences for the run's page: what should be changed in the workflow. */
  readonly warnings: readonly string[]
}

/** A request that a program of the runner is to fulfil. */
export type LocalRequest = Omit<BuildRequest, 'builder'> & { readonly builder: LocalBuilder }

/** A request, whoever builds. */
export type AnyRequest = BuildRequest | LocalRequest

/** Whether a request is for a builder in the cluster. */
export function isOfCluster(request: AnyRequest): request is BuildRequest {
  return isInCluster(request.builder)
}

export interface ClusterChoice {
  /** Content, base64 of it, or a path; undefined: `$KUBECONFIG`, `~/.kube/config`, then in-cluster. */
  readonly kubeconfig: string | undefined
  readonly kubeContext: string | undefined
}

export type NamespaceChoice = { readonly kind: 'own' } | { readonly kind: 'given'; readonly name: string }

export type CacheRequest =
  | { readonly kind: 'off'; readonly notice: string | undefined }
  | {
      readonly kind: 'on'
      readonly repository: ImageRepository
      /** Nobody named it: it follows from the first tag. */
      readonly isDerived: boolean
      /** The tag that the user names for a cache of BuildKit's, which is one reference. */
      readonly tag?: string
      /** Further tags that it is read from. */
      readonly readTags?: readonly string[]
      readonly ttlSeconds: number
      readonly write: boolean
    }

/** `auto`: in a ConfigMap if it is small enough, else streamed. */
export type ContextDeliveryChoice = 'auto' | 'configmap' | 'stream'

export type UserNamespaceChoice = 'auto' | 'always' | 'never'

/** When the objects of a build are removed at its end. */
export type Cleanup = 'always' | 'on-success' | 'never'
