import { dump, load } from 'js-yaml'

import { cluster, kubectl } from './cluster.ts'

/** A service account of the cluster. */
export interface Account {
  readonly namespace: string
  readonly name: string
}

/** The fields of a kubeconfig that are changed here. */
interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: Readonly<Record<string, unknown>> }[]
  readonly users: readonly { readonly name: string; readonly user: Readonly<Record<string, unknown>> }[]
}

/** The tests' kubeconfig, read. */
export function ownKubeconfig() {
  // A kubeconfig that works has these fields.
  const { clusters, users } = load(cluster.kubeconfig) as Kubeconfig
  return { cluster: clusters[0]?.cluster ?? {}, user: users[0]?.user ?? {} }
}

/** A kubeconfig of one cluster and one user, by their fields. */
export function kubeconfig(fields: { readonly cluster: object; readonly user: object }): string {
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: fields.cluster }],
    users: [{ name: 'test', user: fields.user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  })
}

/** The tests' kubeconfig, with a service account instead of its user, whose token lasts an hour. */
export function kubeconfigOf({ namespace, name }: Account): string {
  const token = kubectl('create', 'token', name, '-n', namespace).trim()
  return kubeconfig({ ...ownKubeconfig(), user: { token } })
}

/** The object, to be applied. */
export const serviceAccount = (metadata: Account) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata })
