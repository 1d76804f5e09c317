import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { Api, ApiAnswer, ApiRequest } from './api.ts'
import { ApiError, ConnectionError } from './api-error.ts'
import type { LedgerEntry, Removal } from './cluster-session.ts'
import { OWNER_TOKEN } from './create-build.ts'
import { sentence } from './explain-error.ts'
import { parseObject } from './json.ts'
import { objectPath } from './paths.ts'
import { DURING_BUILD, LAST_MOMENT } from './retry.ts'
import { isTransient } from './transient.ts'

/** For one request at first, in milliseconds: a cancelled step has time to ask again, if that is soon. */
const QUICK_MS = 2_000

/** What a deletion insists on: another object of the same name is left alone by the server itself. */
export interface Preconditions {
  readonly uid: string
  readonly resourceVersion?: string | undefined
}

/**
 * Removes what the ledger holds, if it is ours, trying until `signal` aborts: how
 * much time there is knows who asks. What this process itself was told that it has
 * created (`created`, uids) one request removes. Whatever else the ledger alone says
 * is ours, with a uid or without, has its owner token looked at first: the runner's state
 * may have been written to by somebody else.
 */
export async function removeRecorded(
  api: Api,
  entry: LedgerEntry,
  created: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Removal> {
  try {
    const uid = await uidOfOurs(api, entry, created, signal)
    if (typeof uid !== 'string') return uid
    return await deleteObject(api, objectPath(entry.kind, entry.namespace, entry.name), { uid }, signal)
  } catch (error) {
    const reason = signal.aborted ? 'there was no time left' : sentence(error, api.server)
    return { kind: 'failed', reason }
  }
}

/**
 * Asks for an object's deletion, and does not wait until it is gone; `isDryRun`: the
 * server says what it would say, and does nothing. Throws as `Api.call` does.
 */
export async function deleteObject(
  api: Api,
  path: string,
  preconditions: Preconditions,
  signal: AbortSignal,
  isDryRun = false,
): Promise<Removal> {
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions,
    // The pod goes after its Job, and gets its signal at once.
    propagationPolicy: 'Background',
    ...(isDryRun ? { dryRun: ['All'] } : {}),
  }
  try {
    await insist(api, { method: 'DELETE', path, body }, signal)
    return { kind: 'removed' }
  } catch (error) {
    if (hasStatus(error, 404)) return { kind: 'absent' }
    if (!hasStatus(error, 409)) throw error
    if (isPrecondition(error)) return { kind: 'foreign' }
    // In older clusters a namespace that is being deleted already says so; and a webhook that refuses may.
    if (await isGoing(api, path, preconditions.uid, signal)) return { kind: 'removed' }
    throw error
  }
}

/** Whether the object of that uid is gone, or about to be. Where that cannot be known it is not. */
async function isGoing(api: Api, path: string, uid: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { metadata } = parseObject((await insist(api, { method: 'GET', path }, signal)).body)
    return metadata.uid !== uid || metadata.deletionTimestamp !== undefined
  } catch (error) {
    return hasStatus(error, 404)
  }
}

/** The uid to delete by, or what became of the object. */
async function uidOfOurs(
  api: Api,
  entry: LedgerEntry,
  created: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<string | Removal> {
  if (entry.uid !== undefined && created.has(entry.uid)) return entry.uid
  const there = await read(api, entry, signal)
  if (there?.metadata.uid === undefined) return { kind: 'absent' }
  const isOurs =
    there.metadata.annotations?.[OWNER_TOKEN] === entry.ownerToken &&
    (entry.uid === undefined || entry.uid === there.metadata.uid)
  return isOurs ? there.metadata.uid : { kind: 'foreign' }
}

async function read(
  api: Api,
  entry: LedgerEntry,
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  const path = objectPath(entry.kind, entry.namespace, entry.name)
  try {
    return parseObject((await insist(api, { method: 'GET', path }, signal)).body)
  } catch (error) {
    if (hasStatus(error, 404)) return undefined
    // Who may not look at Secrets leaves it to the garbage collector: it belongs to the Job.
    if (hasStatus(error, 403) && entry.kind === 'Secret') return undefined
    throw error
  }
}

/**
 * Asks several times in quick succession, and then for as long as `signal` lets
 * it with more patience: a server, or a runner, with a hundred builds at once
 * may take seconds for each answer.
 */
async function insist(
  api: Api,
  request: Pick<ApiRequest, 'method' | 'path' | 'body'>,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  try {
    return await api.call({ ...request, retry: LAST_MOMENT, timeoutMs: QUICK_MS }, signal)
  } catch (error) {
    if (signal.aborted || !isTransient(error) || !isThere(error)) throw error
    return api.call({ ...request, retry: DURING_BUILD }, signal)
  }
}

/** The server answered, or may be about to; one that cannot be reached is no matter of patience here. */
function isThere(error: unknown): boolean {
  return error instanceof ApiError || (error instanceof ConnectionError && error.code === 'ETIMEDOUT')
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status
}

/** «Precondition failed: UID in precondition: …, UID in object meta: …» */
function isPrecondition(error: unknown): boolean {
  return error instanceof ApiError && /precondition|the UID/i.test(error.message)
}
