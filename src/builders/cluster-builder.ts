import type { BuildSnapshot, ClusterFacts, ClusterSession, Ledger } from '../cluster/cluster-session.ts'
import type { OpenContext } from '../context/context-archive.ts'
import { noDigest } from '../failure/ended-by-us.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import { secondAttempt, withoutUserNamespace } from '../plan/without-user-namespace.ts'
import type { BuildObserver } from './build-observer.ts'
import { parseDigest } from './builder.ts'
import type { BuildOutcome, BuildPlace } from './builder.ts'
import type { Clock } from '../clock.ts'
import { followBuild } from './follow-build.ts'
import type { AttemptEnd } from './follow-build.ts'
import { REMOVAL_MS, removeCreated } from './remove-created.ts'

export interface ClusterBuilding {
  readonly session: ClusterSession
  readonly facts: ClusterFacts
  readonly ledger: Ledger
  readonly observer: BuildObserver
  readonly clock: Clock
  /** The context, where the plan streams it. */
  readonly openContext: OpenContext | undefined
}

/** Builds one image as a Job in the cluster. Everything that the Job needs has been decided in the plan. */
export async function buildInCluster(
  plan: BuildPlan,
  building: ClusterBuilding,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  const zero = building.clock.now()
  const end = await attempt(plan, building, zero, signal)
  const second = secondTry(plan, end)
  if (second === undefined) return outcome(plan, building, end, signal)
  building.observer.note(second.words)
  const attempted = building.ledger.entries().filter((entry) => isOfAttempt(entry.kind))
  await removeCreated(building.session, building.ledger, REMOVAL_MS.inAHurry, attempted)
  const again = second.plan
  return outcome(again, building, await attempt(again, building, zero, signal), signal)
}

interface SecondTry {
  readonly plan: BuildPlan
  /** For the log. */
  readonly words: string
}

/** Only what is not the build's fault is tried again. */
function secondTry(plan: BuildPlan, end: AttemptEnd): SecondTry | undefined {
  if (end.kind === 'failed' && end.contextCut) {
    return { plan: secondAttempt(plan), words: `${end.failure.headline} The build starts once more.` }
  }
  if (plan.userNamespace !== 'try' || !isRefusedByNode(end)) return undefined
  return {
    plan: withoutUserNamespace(plan),
    words:
      'This node runs no pods in user namespaces; the build starts once more without (`user-namespace: false` saves the try).',
  }
}

/** A chown that fails inside a user namespace has the same code, but that build had begun. */
function isRefusedByNode(end: AttemptEnd): boolean {
  return end.kind === 'failed' && end.failure.code === 'user-namespace' && !end.began
}

/** The namespace and its ServiceAccount serve both attempts. */
function isOfAttempt(kind: string): boolean {
  return kind === 'Job' || kind === 'ConfigMap'
}

async function attempt(
  plan: BuildPlan,
  building: ClusterBuilding,
  zero: number,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const created = await building.session.createBuild(plan, building.ledger, signal)
  return followBuild(created, plan, { ...building, zero }, signal)
}

async function outcome(
  plan: BuildPlan,
  building: ClusterBuilding,
  end: AttemptEnd,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  const where = await place(plan, building, end.snapshot, signal)
  const { record } = end
  if (end.kind !== 'exited-with-0') return { kind: end.kind, failure: end.failure, where, record }
  // The message is there after a failed push too, and a process that a RUN
  // left behind could have written it: only exit code 0 and the exact form count.
  const digest = parseDigest(end.message)
  return digest === undefined
    ? { kind: 'failed', failure: noDigest(plan.executor), where, record }
    : { kind: 'built', digest, where, record }
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
