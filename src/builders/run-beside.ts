import type { Clock } from '../clock.ts'
import type { ClusterSession, Ledger } from '../cluster/cluster-session.ts'
import type { Diagnosis } from '../failure/diagnosis.ts'
import { judge } from '../failure/judge.ts'
import type { Verdict } from '../failure/verdict.ts'
import type { Pod } from '../kubernetes/objects.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import { nextWithin } from './next-within.ts'
import { inRemovalTime, removeCreated } from './remove-created.ts'

/** What came of a Job beside a build. */
export type BesideEnd =
  | { readonly kind: 'done'; readonly pod: Pod | undefined }
  | { readonly kind: 'failed'; readonly diagnosis: Diagnosis; readonly pod: Pod | undefined }
  /** `why` completes «waiting for». */
  | { readonly kind: 'late'; readonly why: string }
  | { readonly kind: 'cancelled' }

export interface BesideRun {
  readonly session: ClusterSession
  readonly ledger: Ledger
  readonly clock: Clock
  /** From its creation, in milliseconds. */
  readonly limitMs: number
  /** How long trouble that may heal is given at most, in milliseconds. */
  readonly patienceMs: number
  /** Whether a pod shows that all is well, be it before its end. */
  readonly isDone: (pod: Pod) => boolean
}

/**
 * Runs a Job of a plan beside the build's, to its end or to what it was to show, and removes it.
 * Throws ActionError where it could not be created.
 */
export async function runBeside(plan: BuildPlan, run: BesideRun, signal: AbortSignal): Promise<BesideEnd> {
  try {
    return await follow(plan, run, signal)
  } finally {
    await remove(plan, run, signal)
  }
}

async function follow(plan: BuildPlan, run: BesideRun, signal: AbortSignal): Promise<BesideEnd> {
  const { session, ledger, clock, limitMs, patienceMs, isDone } = run
  const created = await session.createBuild(plan, ledger, signal)
  const stop = new AbortController()
  const snapshots = session.observe(created, AbortSignal.any([signal, stop.signal]))
  const next = nextWithin(snapshots[Symbol.asyncIterator](), clock)
  const limit = clock.now() + limitMs
  let trouble: { readonly verdict: Extract<Verdict, { kind: 'stuck' }>; readonly until: number } | undefined
  let pod: Pod | undefined
  let why = 'its pod to be created'
  try {
    for (;;) {
      const news = await next(Math.min(limit, trouble?.until ?? limit) - clock.now())
      if (signal.aborted) return { kind: 'cancelled' }
      if (news.kind === 'value') {
        pod = news.value.pod
        if (pod !== undefined && isDone(pod)) return { kind: 'done', pod }
        const verdict = judge(news.value, created)
        if (verdict.kind === 'ended') return { kind: 'done', pod }
        if (verdict.kind === 'failed') return { kind: 'failed', diagnosis: verdict.diagnosis, pod }
        if (verdict.kind !== 'running') ({ why } = verdict)
        trouble = verdict.kind === 'stuck' ? lasting(trouble, verdict, clock.now(), patienceMs) : undefined
      }
      if (trouble !== undefined && clock.now() >= trouble.until) {
        return { kind: 'failed', diagnosis: trouble.verdict.diagnosis, pod }
      }
      if (news.kind === 'end' || clock.now() >= limit) return { kind: 'late', why }
    }
  } finally {
    stop.abort()
  }
}

/** The same trouble is given its time once, with its latest words. */
function lasting(
  before: { readonly verdict: Verdict; readonly until: number } | undefined,
  verdict: Extract<Verdict, { kind: 'stuck' }>,
  now: number,
  patienceMs: number,
) {
  const isSame = before?.verdict.kind === 'stuck' && before.verdict.code === verdict.code
  return { verdict, until: isSame ? before.until : now + Math.min(patienceMs, verdict.graceSeconds * 1000) }
}

/** What does not go is left recorded: the build's own removal asks once more. */
async function remove(
  plan: BuildPlan,
  { session, ledger, clock }: BesideRun,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace } = plan.job.metadata
  const entries = ledger
    .entries()
    .filter((entry) => entry.kind === 'Job' && entry.name === name && entry.namespace === namespace)
  await inRemovalTime(clock, signal, (limit) => removeCreated(session, ledger, limit, { entries }))
}
