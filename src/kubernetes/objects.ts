/**
 * The fields of Kubernetes objects that this project reads or writes, as the
 * API's own JSON (timestamps stay RFC 3339 strings). The client library's
 * classes are not used for this: they drop fields newer than themselves in
 * silence, which would lose parts of a user's pod template.
 * Source: Kubernetes API reference, v1.34.
 */
export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly OwnerReference[]
}

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
}

/** Any object, sent and received as plain JSON. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly [field: string]: unknown
}

export interface ResourceList {
  readonly cpu?: string
  readonly memory?: string
  readonly 'ephemeral-storage'?: string
}

/** `resources` of a container: what it asks for and what it may not exceed, as Kubernetes quantities. */
export interface ResourceRequirements {
  readonly requests?: ResourceList
  readonly limits?: ResourceList
}

/** What lets a pod run on a node with a taint; an empty operator is `Equal`, an empty effect is every effect. */
export interface Toleration {
  readonly key?: string
  readonly operator?: 'Equal' | 'Exists'
  readonly value?: string
  readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
  readonly tolerationSeconds?: number
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string }
  readonly running?: { readonly startedAt?: string }
  readonly terminated?: {
    readonly exitCode: number
    readonly signal?: number
    readonly reason?: string
    readonly message?: string
    readonly startedAt?: string
    readonly finishedAt?: string
  }
}

export interface ContainerStatus {
  readonly name: string
  readonly image?: string
  readonly imageID?: string
  readonly restartCount?: number
  readonly state?: ContainerState
}

export interface PodCondition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

/** Of a pod's spec. */
export interface PodContainer {
  readonly name: string
  readonly image?: string
  readonly resources?: ResourceRequirements
}

export interface Pod {
  readonly metadata: ObjectMeta
  readonly spec?: {
    readonly nodeName?: string
    readonly hostUsers?: boolean
    readonly nodeSelector?: Readonly<Record<string, string>>
    readonly tolerations?: readonly Toleration[]
    readonly initContainers?: readonly PodContainer[]
    readonly containers?: readonly PodContainer[]
  }
  readonly status?: {
    readonly phase?: string
    readonly reason?: string
    readonly message?: string
    readonly startTime?: string
    readonly conditions?: readonly PodCondition[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

export interface Job {
  readonly metadata: ObjectMeta
  readonly status?: {
    readonly active?: number
    readonly failed?: number
    readonly succeeded?: number
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
      readonly message?: string
    }[]
  }
}

/** A core/v1 Event, as far as a diagnosis needs it. */
export interface ClusterEvent {
  readonly metadata: ObjectMeta
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  readonly count?: number
  readonly firstTimestamp?: string | null
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  /** Who says it: older API, then newer. */
  readonly source?: { readonly component?: string }
  readonly reportingComponent?: string
  readonly involvedObject?: {
    readonly kind?: string
    readonly name?: string
    readonly namespace?: string
    readonly uid?: string
    /** Of a pod's container: `spec.containers{kaniko}`. */
    readonly fieldPath?: string
  }
}

/** What keeps pods off a node that do not tolerate it. */
export interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: string
}

export interface Node {
  readonly metadata: ObjectMeta
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] }
  readonly status?: {
    readonly allocatable?: ResourceList
    readonly nodeInfo?: { readonly architecture?: string; readonly operatingSystem?: string }
    readonly runtimeHandlers?: readonly {
      readonly name?: string
      readonly features?: { readonly userNamespaces?: boolean }
    }[]
  }
}
