import type { BuildOutcome } from './builders/builder.ts'
import { endHelper } from './builders/end-helper.ts'
import { isKept, keepCreated } from './builders/keep-created.ts'
import { inRemovalTime, removeCreated } from './builders/remove-created.ts'
import type { Clock } from './clock.ts'
import type { ClusterSession, Ledger } from './cluster/cluster-session.ts'
import type { BuildPlan } from './plan/build-plan.ts'
import { keptLines } from './report/kept-lines.ts'
import type { Runner } from './runner/runner.ts'

/** What the end of a build needs from outside. */
export interface RemovalPorts {
  readonly runner: Runner
  readonly session: ClusterSession
  readonly ledger: Ledger
  readonly clock: Clock
}

/** The end of a build in the cluster, as `cleanup` asks for it. An outcome that is undefined is a defect of ours. Never throws. */
export async function removeOrKeep(
  plan: BuildPlan,
  outcome: BuildOutcome | undefined,
  { runner, session, ledger, clock }: RemovalPorts,
  signal: AbortSignal,
): Promise<void> {
  if (isKept(plan.cleanup, outcome?.kind ?? 'failed')) {
    await endHelper(plan, { session, ledger })
    for (const line of keptLines(keepCreated(ledger), plan, mayStillRun(outcome))) runner.info(line)
    return
  }
  // At once, also when cancelled: the post phase repeats what does not succeed here.
  const complaints = await inRemovalTime(clock, signal, (limit) => removeCreated(session, ledger, limit))
  for (const complaint of complaints) runner.warning(complaint)
}

/** Where we gave the build up, and its container has not ended by itself. */
function mayStillRun(outcome: BuildOutcome | undefined): boolean {
  if (outcome === undefined || outcome.kind === 'cancelled') return true
  return outcome.kind === 'failed' && outcome.failure.code === 'deadline'
}
