/** One verb on one resource, and why. */
export interface Right {
  /** API group; empty for the core one. */
  readonly group:
    '' | 'apps' | 'batch' | 'networking.k8s.io' | 'discovery.k8s.io' | 'rbac.authorization.k8s.io'
  /** Plural, with its subresource: `jobs`, `pods/log`. */
  readonly resource: string
  readonly verb: 'create' | 'delete' | 'get' | 'list' | 'patch' | 'update' | 'watch'
  /**
   * `needed`: without it the feature cannot work. `useful`: it works with less, which `without` says.
   * `tried`: used where it happens to be there; no role of ours gives it.
   */
  readonly need: 'needed' | 'useful' | 'tried'
  /** Completes «for …». */
  readonly why: string
  /** What is less without it, for one that is `useful`. */
  readonly without?: string
  /** The minor version of Kubernetes 1 that asks for it first. */
  readonly since?: number
}

/** A right as kubectl names it: `create jobs.batch`, `get pods/log`. */
export function rightName({ verb, group, resource }: Pick<Right, 'verb' | 'group' | 'resource'>): string {
  const [plural = '', subresource] = resource.split('/')
  const full = group === '' ? plural : `${plural}.${group}`
  return `${verb} ${subresource === undefined ? full : `${full}/${subresource}`}`
}

/** Namespaces and nodes are in none. */
export function isClusterWide({ resource }: Pick<Right, 'resource'>): boolean {
  return resource === 'namespaces' || resource === 'nodes'
}
