import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { Api, ApiRequest } from './api.ts'
import type { ExpiredObject } from './cluster-session.ts'
import { parseList } from './json.ts'
import { collectionOf, objectPath } from './paths.ts'
import { deleteObject } from './remove.ts'
import { DURING_BUILD, LAST_MOMENT } from './retry.ts'

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
    const everything = { kind: 'Namespace', namespace: '', retry: LAST_MOMENT, timeoutMs: LIMIT_MS } as const
    const removed = await removeExpired(api, everything, within)
    return removed.map(({ name }) => name)
  } catch {
    return []
  }
}

/** The same for somebody who waits for it, and for the builds in one namespace. Throws as `Api.call` does. */
export async function cleanExpired(
  api: Api,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly ExpiredObject[]> {
  const where =
    namespace === undefined
      ? ({ kind: 'Namespace', namespace: '' } as const)
      : ({ kind: 'Job', namespace } as const)
  return removeExpired(api, { ...where, retry: DURING_BUILD }, signal)
}

interface Search {
  readonly kind: ExpiredObject['kind']
  readonly namespace: string
  readonly retry: ApiRequest['retry']
  readonly timeoutMs?: number
}

async function removeExpired(
  api: Api,
  { kind, namespace, retry, timeoutMs }: Search,
  signal: AbortSignal,
): Promise<readonly ExpiredObject[]> {
  const { body, date } = await api.call(
    {
      method: 'GET',
      path: collectionOf(kind, namespace),
      query: { labelSelector: `${MANAGED_BY}=${US}`, limit: '500' },
      retry,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    },
    signal,
  )
  if (date === undefined) return []
  const expired = parseList(body).items.filter((object) => hasExpired(object, date))
  const removed = await Promise.all(
    expired.map(async (object) => {
      const path = objectPath(kind, namespace, object.metadata.name)
      return (await removeOne(api, path, object, signal)) ? object.metadata.name : undefined
    }),
  )
  return removed.flatMap((name) => (name === undefined ? [] : [{ kind, namespace, name }]))
}

async function removeOne(
  api: Api,
  path: string,
  { metadata: { uid, resourceVersion } }: KubernetesObject,
  signal: AbortSignal,
): Promise<boolean> {
  if (uid === undefined) return false
  try {
    return (await deleteObject(api, path, { uid, resourceVersion }, signal)).kind === 'removed'
  } catch {
    return false
  }
}

function hasExpired({ metadata }: KubernetesObject, now: Date): boolean {
  // The server filters by the label; what it deletes is checked here once more.
  if (metadata.labels?.[MANAGED_BY] !== US || metadata.deletionTimestamp !== undefined) return false
  const expires = Date.parse(metadata.annotations?.[EXPIRES_AT] ?? '')
  return !Number.isNaN(expires) && expires < now.getTime()
}
