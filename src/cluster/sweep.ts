import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { Api, ApiRequest } from './api.ts'
import type { Cleaned, ExpiredObject } from './cluster-session.ts'
import { sentence } from './explain-error.ts'
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
    return removed.filter(({ trouble }) => trouble === undefined).map(({ object }) => object.name)
  } catch {
    return []
  }
}

/** The same for somebody who waits for it, and for the builds in one namespace. Throws as `Api.call` does. */
export async function cleanExpired(
  api: Api,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<Cleaned> {
  const where =
    namespace === undefined
      ? ({ kind: 'Namespace', namespace: '' } as const)
      : ({ kind: 'Job', namespace } as const)
  const all = await removeExpired(api, { ...where, retry: DURING_BUILD }, signal)
  return {
    removed: all.filter(({ trouble }) => trouble === undefined).map(({ object }) => object),
    kept: all.flatMap(({ object, trouble }) =>
      trouble === undefined ? [] : [{ object, reason: sentence(trouble, api.server) }],
    ),
  }
}

interface Search {
  readonly kind: ExpiredObject['kind']
  readonly namespace: string
  readonly retry: ApiRequest['retry']
  readonly timeoutMs?: number
}

/** An object whose end had come, and why it is still there; undefined: it is not. */
interface Tried {
  readonly object: ExpiredObject
  readonly trouble: unknown
}

async function removeExpired(api: Api, search: Search, signal: AbortSignal): Promise<readonly Tried[]> {
  const { kind, namespace } = search
  const expired = await listExpired(api, search, signal)
  const tried = await Promise.all(expired.map((object) => removeOne(api, search, object, signal)))
  return tried.flatMap((result, at) => {
    const name = expired[at]?.metadata.name ?? ''
    return result === 'left alone' ? [] : [{ object: { kind, namespace, name }, trouble: result }]
  })
}

/** Page by page: there may be many. */
async function listExpired(
  api: Api,
  { kind, namespace, retry, timeoutMs }: Search,
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const expired: KubernetesObject[] = []
  let more: string | undefined
  do {
    const { body, date } = await api.call(
      {
        method: 'GET',
        path: collectionOf(kind, namespace),
        query: {
          labelSelector: `${MANAGED_BY}=${US}`,
          limit: '500',
          ...(more === undefined ? {} : { continue: more }),
        },
        retry,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      },
      signal,
    )
    const list = parseList(body)
    if (date !== undefined) expired.push(...list.items.filter((object) => hasExpired(object, date)))
    more = list.next
  } while (more !== undefined)
  return expired
}

/** Undefined: it is gone. What was changed since it was listed is left alone. */
async function removeOne(
  api: Api,
  { kind, namespace }: Search,
  { metadata: { name, uid, resourceVersion } }: KubernetesObject,
  signal: AbortSignal,
): Promise<unknown> {
  if (uid === undefined) return 'left alone'
  try {
    const { kind: how } = await deleteObject(
      api,
      objectPath(kind, namespace, name),
      { uid, resourceVersion },
      signal,
    )
    return how === 'removed' ? undefined : 'left alone'
  } catch (error) {
    return error
  }
}

function hasExpired({ metadata }: KubernetesObject, now: Date): boolean {
  // The server filters by the label; what it deletes is checked here once more.
  if (metadata.labels?.[MANAGED_BY] !== US || metadata.deletionTimestamp !== undefined) return false
  const expires = Date.parse(metadata.annotations?.[EXPIRES_AT] ?? '')
  return !Number.isNaN(expires) && expires < now.getTime()
}
