import { ActionError } from '../failure/failure.ts'
import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { Api, ApiRequest } from './api.ts'
import type { Cleaned, Cleaning, OurObject } from './cluster-session.ts'
import { isOurs, OURS, whyKept } from './expiry.ts'
import { explained } from './explain-error.ts'
import { parseList } from './json.ts'
import { collectionOf, objectPath } from './paths.ts'
import { deleteObject } from './remove.ts'
import { DURING_BUILD, LAST_MOMENT } from './retry.ts'

/** A build does not wait longer than this for the leftovers of others, in milliseconds. */
const LIMIT_MS = 2_000

/**
 * Removes namespaces of ours whose end has come by the server's clock. What was
 * changed since it was listed (an expiry put off) is left alone. Never throws.
 */
export async function sweepExpiredNamespaces(api: Api, signal: AbortSignal): Promise<readonly string[]> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
  const everywhere = { kind: 'Namespace', namespace: '', isDryRun: false } as const
  try {
    const fates = await sweep(api, { ...everywhere, retry: LAST_MOMENT, timeoutMs: LIMIT_MS }, within)
    return fates.filter(({ kind }) => kind === 'removed').map(({ object }) => object.name)
  } catch {
    return []
  }
}

/**
 * The same for somebody who waits for it and wants to know it all, and for the builds
 * in one namespace. Throws as `Api.call` does where it cannot be looked for, and the
 * signal's reason.
 */
export async function cleanExpired(
  api: Api,
  { namespace, isDryRun }: Cleaning,
  signal: AbortSignal,
): Promise<Cleaned> {
  const where =
    namespace === undefined
      ? ({ kind: 'Namespace', namespace: '' } as const)
      : ({ kind: 'Job', namespace } as const)
  const fates = await sweep(api, { ...where, isDryRun, retry: DURING_BUILD }, signal)
  return {
    removed: fates.flatMap(({ kind, object }) => (kind === 'removed' ? [object] : [])),
    kept: fates.flatMap((fate) => (fate.kind === 'kept' ? [{ ...fate.object, reason: fate.reason }] : [])),
    failed: fates.flatMap((fate) => (fate.kind === 'failed' ? [failed(api, fate.object, fate.error)] : [])),
  }
}

function failed(api: Api, object: OurObject, error: unknown): Cleaned['failed'][number] {
  const where = object.kind === 'Job' ? ` in namespace "${object.namespace}"` : ''
  const known = explained(error, `deleting ${object.kind} "${object.name}"${where}`, api.server)
  if (!(known instanceof ActionError)) throw error
  return { ...object, code: known.failure.code, reason: known.failure.headline.replace(/\.$/, '') }
}

interface Search {
  readonly kind: OurObject['kind']
  readonly namespace: string
  readonly isDryRun: boolean
  readonly retry: ApiRequest['retry']
  readonly timeoutMs?: number
}

/** What became of an object of ours. What had gone by itself meanwhile counts as removed. */
type Fate = { readonly object: OurObject } & (
  | { readonly kind: 'removed' }
  | { readonly kind: 'kept'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: unknown }
)

async function sweep(api: Api, search: Search, signal: AbortSignal): Promise<readonly Fate[]> {
  const found = await listOurs(api, search, signal)
  return Promise.all(
    found.map(async ({ object, reason }): Promise<Fate> => {
      const named = { kind: search.kind, namespace: search.namespace, name: object.metadata.name }
      if (reason !== undefined) return { kind: 'kept', object: named, reason }
      return { ...(await removeOne(api, search, object, signal)), object: named }
    }),
  )
}

interface Found {
  readonly object: KubernetesObject
  /** Why it is not to be removed; undefined: its end has come. */
  readonly reason: string | undefined
}

/** Page by page: there may be many. */
async function listOurs(
  api: Api,
  { kind, namespace, retry, timeoutMs }: Search,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const found: Found[] = []
  let more: string | undefined
  do {
    const { body, date } = await api.call(
      {
        method: 'GET',
        path: collectionOf(kind, namespace),
        query: { labelSelector: OURS, limit: '500', ...(more === undefined ? {} : { continue: more }) },
        retry,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      },
      signal,
    )
    const list = parseList(body)
    const ours = list.items.filter(isOurs)
    found.push(...ours.map((object) => ({ object, reason: whyKept(object, date) })))
    more = list.next
  } while (more !== undefined)
  return found
}

type End =
  | { readonly kind: 'removed' }
  | { readonly kind: 'kept'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: unknown }

async function removeOne(
  api: Api,
  { kind, namespace, isDryRun }: Search,
  { metadata: { name, uid, resourceVersion } }: KubernetesObject,
  signal: AbortSignal,
): Promise<End> {
  if (uid === undefined) return { kind: 'kept', reason: 'the cluster does not say its uid' }
  try {
    const path = objectPath(kind, namespace, name)
    const { kind: how } = await deleteObject(api, path, { uid, resourceVersion }, signal, isDryRun)
    if (how === 'foreign') return { kind: 'kept', reason: 'it was changed meanwhile' }
    return { kind: 'removed' }
  } catch (error) {
    return { kind: 'failed', error }
  }
}
