import type { RecordedRequest } from './api-server.ts'

/** Requests that would change an object that this log has not created before: none may ever be sent. */
export function foreignTouched(requests: readonly RecordedRequest[]): readonly string[] {
  const created = new Set<string>()
  const foreign: string[] = []
  for (const { method, path, query, body } of requests) {
    if (method === 'GET') continue
    if (method === 'POST' && query.get('dryRun') !== 'All') {
      created.add(`${path}/${body?.metadata.name ?? ''}`)
    } else if (method !== 'POST' && !created.has(path)) {
      foreign.push(`${method} ${path}`)
    }
  }
  return foreign
}
