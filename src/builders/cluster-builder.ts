import type {
  BuildSnapshot,
  ClusterFacts,
  ClusterSession,
  Ledger,
  LedgerEntry,
} from '../cluster/cluster-session.ts'
import type { OpenContext } from '../context/context-archive.ts'
import { noDigest } from '../failure/ended-by-us.ts'
import { ActionError } from '../failure/failure.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import { laterAttempt, withoutUserNamespace } from '../plan/later-attempt.ts'
import type { LaterAttempt } from '../plan/resource-names.ts'
import { anotherTry } from './another-try.ts'
import type { AnotherTry } from './another-try.ts'
import type { BuildObserver } from './build-observer.ts'
import { parseDigest } from './builder.ts'
import type { BuildOutcome, BuildPlace } from './builder.ts'
import type { Clock } from '../clock.ts'
import { followBuild } from './follow-build.ts'
import type { AttemptEnd } from './follow-build.ts'
import { REMOVAL_MS, removeCreated } from './remove-created.ts'

/** A build that was created, and that nobody can look at any more. */
export class LostSight extends ActionError {}

export interface ClusterBuilding {
  readonly session: ClusterSession
  readonly facts: ClusterFacts
  readonly ledger: Ledger
  readonly observer: BuildObserver
  readonly clock: Clock
  /** The context, where the plan streams it. */
  readonly openContext: OpenContext | undefined
}

/**
 * Builds one image as a Job in the cluster. Everything that the Job needs has
 * been decided in the plan. An attempt that the cluster took away, or did not
 * take as it was, is followed by another; each has its own timeouts.
 */
export async function buildInCluster(
  plan: BuildPlan,
  building: ClusterBuilding,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  const kinds = new Set<AnotherTry['kind']>()
  const zero = building.clock.now()
  for (let current = plan; ;) {
    const end = await attempt(current, building, zero, signal)
    const now = new Date(building.facts.serverTime.getTime() + building.clock.now() - zero)
    const next = anotherTry(current, end, { kinds, now })
    if (next === undefined || signal.aborted) return outcome(current, building, end, signal)
    building.observer.note(next.words)
    kinds.add(next.kind)
    await removeAttempt(building)
    current = planFor(plan, kinds)
  }
}

/** By how many kinds of another try there have been; there are three. */
const ATTEMPT_AFTER: Readonly<Record<number, LaterAttempt>> = { 1: 2, 2: 3 }

/** The first plan under new names, and without what has been given up. */
function planFor(first: BuildPlan, kinds: ReadonlySet<AnotherTry['kind']>): BuildPlan {
  const later = laterAttempt(first, ATTEMPT_AFTER[kinds.size] ?? 4)
  return kinds.has('without-user-namespace') ? withoutUserNamespace(later) : later
}

/** What serves all attempts. */
const SURROUNDINGS: readonly LedgerEntry['kind'][] = ['Namespace', 'ServiceAccount', 'NetworkPolicy']

/** All but what the next attempt needs as well. */
async function removeAttempt({ session, ledger }: ClusterBuilding): Promise<void> {
  const entries = ledger.entries().filter(({ kind }) => !SURROUNDINGS.includes(kind))
  await removeCreated(session, ledger, AbortSignal.timeout(REMOVAL_MS.inAHurry), { entries })
}

async function attempt(
  plan: BuildPlan,
  building: ClusterBuilding,
  zero: number,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const created = await building.session.createBuild(plan, building.ledger, signal)
  for (const warning of created.warnings) building.observer.note(`The cluster warns: ${warning}`)
  return followBuild(created, plan, { ...building, zero }, signal).catch((error: unknown) => {
    if (error instanceof ActionError && !signal.aborted) throw new LostSight(error.failure, { cause: error })
    throw error
  })
}

async function outcome(
  plan: BuildPlan,
  building: ClusterBuilding,
  end: AttemptEnd,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  const where = await place(plan, building, end.snapshot, signal)
  const { record } = end
  if (end.kind === 'cancelled') return { kind: 'cancelled', failure: end.failure, where, record }
  if (end.kind === 'failed')
    return { kind: 'failed', failure: end.failure, where, record, lastSeen: end.snapshot }
  // The message is there after a failed push too, and a process that a RUN
  // left behind could have written it: only exit code 0 and the exact form count.
  const digest = parseDigest(end.message)
  return digest === undefined
    ? { kind: 'failed', failure: noDigest(plan), where, record, lastSeen: end.snapshot }
    : { kind: 'built', digest, where, record, ...podOf(plan, end.snapshot) }
}

/** The pod is asked for again only where it holds files. */
function podOf(
  { imageFiles }: BuildPlan,
  snapshot: BuildSnapshot | undefined,
): { readonly pod?: string; readonly podUid?: string | undefined } {
  const pod = snapshot?.pod?.metadata
  return imageFiles === undefined || pod === undefined ? {} : { pod: pod.name, podUid: pod.uid }
}

async function place(
  plan: BuildPlan,
  { session, facts }: ClusterBuilding,
  snapshot: BuildSnapshot | undefined,
  signal: AbortSignal,
): Promise<BuildPlace> {
  const node = snapshot?.pod?.spec?.nodeName
  const known = node === undefined ? undefined : facts.architectures?.get(node)
  // A node that was added for this build is not among those that were there before it.
  const isNew = node !== undefined && known === undefined && facts.architectures !== undefined
  const architecture = isNew ? await session.architectureOf(node, signal) : known
  return {
    namespace: plan.namespace,
    job: plan.job.metadata.name,
    node,
    platform: architecture === undefined ? undefined : `linux/${architecture}`,
  }
}
