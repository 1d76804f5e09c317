import type { Clock } from '../clock.ts'
import type { KubernetesObject } from '../kubernetes/objects.ts'

/**
 * The cluster, in the language of objects: what installs, looks at and removes something that is
 * meant to stay. Whatever is retried happens behind this port; what comes through it as an
 * exception is an `ActionError`, or the signal's reason.
 */
export interface ObjectSession {
  readonly clock: Clock
  /**
   * Makes the object what is given, by server-side apply: fields that are not named are left to
   * whom they belong. Takes fields that somebody else has changed back.
   */
  apply(object: KubernetesObject, signal: AbortSignal): Promise<Applied>
  create(object: KubernetesObject, signal: AbortSignal): Promise<void>
  /** Undefined: there is none. */
  read(address: ObjectAddress, signal: AbortSignal): Promise<KubernetesObject | undefined>
  /** All of them, page by page; with a namespace, those in there. */
  list(kind: ObjectKind, where: ListedWhere, signal: AbortSignal): Promise<readonly KubernetesObject[]>
  /** Asks for its removal, with all that belongs to it; an object that is gone is content. */
  remove(address: ObjectAddress, signal: AbortSignal): Promise<void>
  /** Runs a script in a pod's container, and returns what it printed; throws where it failed. */
  run(pod: ExecPlace, script: string, signal: AbortSignal): Promise<string>
  /** The end of what a pod printed; empty where it cannot be read. */
  lastLines(namespace: string, pod: string, signal: AbortSignal): Promise<string>
  close(): void
}

export type Applied = 'created' | 'changed' | 'unchanged'

export interface ObjectAddress {
  readonly kind: ObjectKind
  /** Empty for what is in none. */
  readonly namespace: string
  readonly name: string
}

export interface ListedWhere {
  readonly namespace?: string
  readonly labelSelector?: string
}

export interface ExecPlace {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

/** Path of each kind's collection: before the namespace, and behind it. */
export const COLLECTIONS = {
  Namespace: ['/api/v1', 'namespaces'],
  Node: ['/api/v1', 'nodes'],
  ConfigMap: ['/api/v1', 'configmaps'],
  Secret: ['/api/v1', 'secrets'],
  Service: ['/api/v1', 'services'],
  Pod: ['/api/v1', 'pods'],
  Event: ['/api/v1', 'events'],
  PersistentVolumeClaim: ['/api/v1', 'persistentvolumeclaims'],
  ResourceQuota: ['/api/v1', 'resourcequotas'],
  Deployment: ['/apis/apps/v1', 'deployments'],
  DaemonSet: ['/apis/apps/v1', 'daemonsets'],
  ReplicaSet: ['/apis/apps/v1', 'replicasets'],
  StatefulSet: ['/apis/apps/v1', 'statefulsets'],
  CronJob: ['/apis/batch/v1', 'cronjobs'],
  Role: ['/apis/rbac.authorization.k8s.io/v1', 'roles'],
  RoleBinding: ['/apis/rbac.authorization.k8s.io/v1', 'rolebindings'],
} as const

export type ObjectKind = keyof typeof COLLECTIONS
