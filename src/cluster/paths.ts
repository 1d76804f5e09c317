/** What this project creates. */
export type CreatedKind = 'Namespace' | 'ServiceAccount' | 'NetworkPolicy' | 'Job' | 'ConfigMap' | 'Secret'

/** Path of the collection that objects of a kind are created in. */
export function collectionOf(kind: CreatedKind, namespace: string): string {
  switch (kind) {
    case 'Namespace':
      return '/api/v1/namespaces'
    case 'ServiceAccount':
      return `${core(namespace)}/serviceaccounts`
    case 'NetworkPolicy':
      return `/apis/networking.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/networkpolicies`
    case 'ConfigMap':
      return `${core(namespace)}/configmaps`
    case 'Secret':
      return `${core(namespace)}/secrets`
    case 'Job':
      return `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs`
  }
}

export function objectPath(kind: CreatedKind, namespace: string, name: string): string {
  return `${collectionOf(kind, namespace)}/${encodeURIComponent(name)}`
}

export const podsOf = (namespace: string): string => `${core(namespace)}/pods`

export const eventsOf = (namespace: string): string => `${core(namespace)}/events`

export const logOf = (namespace: string, pod: string): string =>
  `${podsOf(namespace)}/${encodeURIComponent(pod)}/log`

export const attachOf = (namespace: string, pod: string): string =>
  `${podsOf(namespace)}/${encodeURIComponent(pod)}/attach`

export const execOf = (namespace: string, pod: string): string =>
  `${podsOf(namespace)}/${encodeURIComponent(pod)}/exec`

function core(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}`
}
