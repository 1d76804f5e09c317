import { dump, load } from 'js-yaml'

import { cluster, kubectl } from './cluster.ts'

/** A service account of the cluster. */
export interface Account {
  readonly namespace: string
  readonly name: string
}

/** The fields of a kubeconfig that are changed here. */
interface Kubeconfig {
  readonly clusters: readonly { readonly name: string }[]
}

/** The tests' kubeconfig, with a service account instead of its user: by default with a token of an hour. */
export function kubeconfigOf(
  { namespace, name }: Account,
  user: object = { token: kubectl('create', 'token', name, '-n', namespace).trim() },
): string {
  // A kubeconfig that works has these fields.
  const { clusters } = load(cluster.kubeconfig) as Kubeconfig
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters,
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: clusters[0]?.name, user: name } }],
    'current-context': name,
  })
}

/** The object, to be applied. */
export const serviceAccount = (metadata: Account) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata })
