import { ActionError } from '../failure/failure.ts'
import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import { ownedBy } from '../plan/context-map.ts'
import type { Api } from './api.ts'
import { ApiError } from './api-error.ts'
import type { Ledger, LedgerEntry } from './cluster-session.ts'
import { explained } from './explain-error.ts'
import { parseObject } from './json.ts'
import { collectionOf, objectPath } from './paths.ts'
import type { CreatedKind } from './paths.ts'
import { judgePodSecurity } from './pod-security-warning.ts'
import { DURING_BUILD, withRetries } from './retry.ts'
import type { Patience } from './retry.ts'
import { isTransient } from './transient.ts'

/** Annotation that says which build an object belongs to. */
export const OWNER_TOKEN = 'hybrid-kubernetes-build.io/owner-token'

/** How long a create that is under way goes on after an abort, in milliseconds: a cancelled step has seconds left. */
const LAST_CREATE_MS = 1_500

const KINDS: readonly string[] = [
  'Namespace',
  'ServiceAccount',
  'NetworkPolicy',
  'Job',
  'ConfigMap',
  'Secret',
] satisfies CreatedKind[]

interface Creation {
  readonly api: Api
  readonly ledger: Ledger
  readonly ownerToken: string
  readonly patience: Patience
  readonly signal: AbortSignal
  /** What the server warns of is added here. */
  readonly warnings: string[]
}

/** The Job as created, and what the server said of it. */
export interface CreatedObjects {
  readonly job: KubernetesObject
  readonly warnings: readonly string[]
  readonly mayViolate: string | undefined
}

/**
 * Creates the objects of a plan one after the other: surroundings, the Job,
 * then Secrets and context. The order is what cleans up after a dead
 * runner: what belongs to the Job goes with it. The context is last, being the
 * largest: the pod begins when all is there. An abort takes effect once the
 * create that is under way is answered. A Job that can have no pod is told at
 * once: Pod Security warns of it, long before the Job controller tries.
 */
export async function createObjects(
  api: Api,
  plan: BuildPlan,
  ledger: Ledger,
  patience: Patience,
  signal: AbortSignal,
): Promise<CreatedObjects> {
  const { ownerToken } = plan.identity
  const warnings: string[] = []
  const creation: Creation = { api, ledger, ownerToken, patience, signal, warnings }
  for (const object of plan.surroundings) await create(object, creation)
  const job = await create(plan.job, creation)
  const mayViolate = await judgePodSecurity(api, plan, warnings, signal)
  const owner = { name: job.metadata.name, uid: job.metadata.uid ?? '' }
  for (const secret of plan.secrets) await create(ownedBy(secret, owner), creation)
  if (plan.contextMap !== undefined) await create(ownedBy(plan.contextMap, owner), creation)
  return { job, warnings: [...new Set(warnings)], mayViolate }
}

async function create(object: KubernetesObject, creation: Creation): Promise<KubernetesObject> {
  const kind = createdKind(object)
  const namespace = kind === 'Namespace' ? '' : (object.metadata.namespace ?? '')
  const entry: LedgerEntry = { kind, namespace, name: object.metadata.name, ownerToken: creation.ownerToken }
  creation.ledger.record(entry)
  const known: { mayExist: boolean } = { mayExist: false }
  try {
    const created = await createOrAdopt(object, entry, creation, () => (known.mayExist = true))
    const { uid } = created.metadata
    if (uid !== undefined) creation.ledger.record({ ...entry, uid })
    creation.signal.throwIfAborted()
    return created
  } catch (error) {
    if (!known.mayExist) creation.ledger.forget(entry)
    // Whatever else went wrong then is no news.
    creation.signal.throwIfAborted()
    throw explained(error, `creating ${named(entry)}`, creation.api.server)
  }
}

/**
 * A create whose answer was lost has happened all the same: what is there then
 * under the name is compared by its owner token. An object of ours that is
 * on its way out (a first attempt's) is waited for. Calls `mayExist` as soon
 * as one try was not plainly refused: no later refusal takes that back.
 */
async function createOrAdopt(
  object: KubernetesObject,
  entry: LedgerEntry,
  { api, ownerToken, patience, signal, warnings }: Creation,
  mayExist: () => void,
): Promise<KubernetesObject> {
  const path = collectionOf(entry.kind, entry.namespace)
  let tried = false
  const once = async (): Promise<KubernetesObject> => {
    const again = tried
    tried = true
    try {
      const post = { method: 'POST', path, body: object, retry: ONE_TRY } as const
      const answer = await unhurried(patience, signal, (late) => api.call(post, late))
      mayExist()
      warnings.push(...answer.warnings)
      return parseObject(answer.body)
    } catch (error) {
      if (!isRefused(error)) mayExist()
      if (!isTaken(error)) throw error
      const there = await existing(entry, api, signal)
      if (there === undefined && again) return object
      if (there?.metadata.annotations?.[OWNER_TOKEN] !== ownerToken) throw collision(entry)
      if (there.metadata.deletionTimestamp !== undefined) throw new Leaving()
      return there
    }
  }
  return withRetries(once, DURING_BUILD, patience, signal, (error) => isPassing(error, entry))
}

/**
 * Runs `action` under a signal that aborts `LAST_CREATE_MS` later than the
 * given one: a create that is cut may be applied after everything was cleaned
 * up, and then nobody knows of the object.
 */
async function unhurried<T>(
  { clock }: Patience,
  signal: AbortSignal,
  action: (late: AbortSignal) => Promise<T>,
): Promise<T> {
  const [late, done] = [new AbortController(), new AbortController()]
  const expire = (): void =>
    void clock.sleep(LAST_CREATE_MS, done.signal).then(() => late.abort(signal.reason))
  signal.addEventListener('abort', expire, { once: true })
  try {
    return await action(late.signal)
  } finally {
    done.abort()
    signal.removeEventListener('abort', expire)
  }
}

const ONE_TRY = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0, totalMs: 0 }

/** An object of ours that is being deleted. */
class Leaving extends Error {
  override readonly name = 'Leaving'
}

/** What is created right after a namespace of the build's own. */
const IN_NEW_NAMESPACE: readonly CreatedKind[] = ['ServiceAccount', 'NetworkPolicy']

/** In a namespace just created, the server that answers may not have heard of it yet. */
function isPassing(error: unknown, entry: LedgerEntry): boolean {
  if (isTransient(error) || error instanceof Leaving) return true
  if (!(error instanceof ApiError) || !IN_NEW_NAMESPACE.includes(entry.kind)) return false
  return error.status === 404 || (error.status === 403 && /not found|RBAC: /.test(error.message))
}

/** Nothing was created, and nothing is to be looked for: who may not create often may not look either. */
function isRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && !isTaken(error)
}

function isTaken(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason === 'AlreadyExists'
}

/**
 * What has the name. Undefined for what may not be looked at and goes with something
 * else of ours: nobody is given the right to read all Secrets of a namespace for the
 * sake of one lost answer. After such a one it is ours, its name being drawn at random.
 */
async function existing(
  entry: LedgerEntry,
  api: Api,
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  const path = objectPath(entry.kind, entry.namespace, entry.name)
  try {
    return parseObject((await api.call({ method: 'GET', path, retry: DURING_BUILD }, signal)).body)
  } catch (error) {
    // It went in between: the name is free again.
    if (error instanceof ApiError && error.status === 404) throw new Leaving()
    if (error instanceof ApiError && error.status === 403 && isOwned(entry)) return undefined
    throw error
  }
}

/** By the Job, or by being in the build's own namespace. */
const isOwned = ({ kind }: LedgerEntry): boolean => kind !== 'Job' && kind !== 'Namespace'

function collision(entry: LedgerEntry): ActionError {
  return new ActionError({
    code: 'internal',
    headline: `${capital(named(entry))} exists already and belongs to somebody else.`,
    details: [],
    cures: ['Run the step again: names end in five characters drawn at random.'],
  })
}

function createdKind(object: KubernetesObject): CreatedKind {
  if (!KINDS.includes(object.kind)) throw new Error(`a plan may not hold a ${object.kind}`)
  // Just checked against the same list.
  return object.kind as CreatedKind
}

function named(entry: LedgerEntry): string {
  return entry.kind === 'Namespace'
    ? `namespace "${entry.name}"`
    : `${entry.kind} "${entry.name}" in namespace "${entry.namespace}"`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
