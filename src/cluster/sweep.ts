import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { Api } from './api.ts'
import { parseList } from './json.ts'
import { collectionOf, objectPath } from './paths.ts'
import { deleteObject } from './remove.ts'
import { LAST_MOMENT } from './retry.ts'

const EXPIRES_AT = 'hybrid-kubernetes-build.io/expires-at'
const MANAGED_BY = 'app.kubernetes.io/managed-by'
const US = 'hybrid-kubernetes-build'

/** A build does not wait longer than this for the leftovers of others, in milliseconds. */
const LIMIT_MS = 2_000

/**
 * Removes namespaces of ours whose end has come by the server's clock: a
 * runner's may be hours off, and somebody's build would go. What was changed
 * since it was listed (an expiry put off) is left alone. Never throws.
 */
export async function sweepExpiredNamespaces(api: Api, signal: AbortSignal): Promise<readonly string[]> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
  try {
    const { body, date } = await api.call(
      {
        method: 'GET',
        path: collectionOf('Namespace', ''),
        query: { labelSelector: `${MANAGED_BY}=${US}`, limit: '500' },
        retry: LAST_MOMENT,
        timeoutMs: LIMIT_MS,
      },
      within,
    )
    if (date === undefined) return []
    const expired = parseList(body).items.filter((namespace) => hasExpired(namespace, date))
    const swept = await Promise.all(expired.map((namespace) => sweep(api, namespace, within)))
    return swept.filter((name) => name !== undefined)
  } catch {
    return []
  }
}

async function sweep(
  api: Api,
  namespace: KubernetesObject,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { name, uid, resourceVersion } = namespace.metadata
  if (uid === undefined) return undefined
  try {
    const path = objectPath('Namespace', '', name)
    const { kind } = await deleteObject(api, path, { uid, resourceVersion }, signal)
    return kind === 'removed' ? name : undefined
  } catch {
    return undefined
  }
}

function hasExpired({ metadata }: KubernetesObject, now: Date): boolean {
  // The server filters by the label; what it deletes is checked here once more.
  if (metadata.labels?.[MANAGED_BY] !== US || metadata.deletionTimestamp !== undefined) return false
  const expires = Date.parse(metadata.annotations?.[EXPIRES_AT] ?? '')
  return !Number.isNaN(expires) && expires < now.getTime()
}
