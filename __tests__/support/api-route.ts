/** What a path of the Kubernetes API means. */
export interface Route {
  readonly resource: string
  readonly namespace: string
  readonly name: string | undefined
  readonly subresource: string | undefined
  readonly group: string
}

/** Core and batch: what this project uses. */
export function routeOf(path: string): Route | undefined {
  const match =
    /^\/(?:api\/v1|apis\/(?<group>[^/]+)\/v1)\/(?:namespaces\/(?<namespace>[^/]+)\/(?=[a-z]))?(?<resource>[a-z]+)(?:\/(?<name>[^/]+)(?:\/(?<subresource>[a-z]+))?)?$/.exec(
      path,
    )?.groups
  if (match?.['resource'] === undefined) return undefined
  return {
    resource: match['resource'],
    namespace: decodeURIComponent(match['namespace'] ?? ''),
    name: match['name'] === undefined ? undefined : decodeURIComponent(match['name']),
    subresource: match['subresource'],
    group: match['group'] ?? '',
  }
}

/** RBAC's verb. */
export function verbOf(method: string, route: Route, query: URLSearchParams): string {
  if (method === 'POST') return 'create'
  if (method === 'PATCH') return 'patch'
  if (method === 'DELETE') return 'delete'
  if (route.name !== undefined) return 'get'
  return query.has('watch') ? 'watch' : 'list'
}
