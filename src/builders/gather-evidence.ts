import type { BuildSnapshot, ClusterSession, Ledger } from '../cluster/cluster-session.ts'
import { happenedAt } from '../kubernetes/event-time.ts'
import type { ClusterEvent } from '../kubernetes/objects.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import type { BuildPlace } from './builder.ts'

/** What is known of a failed build without asking the cluster. */
export interface Failed {
  readonly plan: BuildPlan
  readonly where: BuildPlace
  /** The last state that was seen; undefined where the build did not come that far. */
  readonly lastSeen: BuildSnapshot | undefined
}

/**
 * What the cluster knows of a failed build: it is looked at once more, and
 * what that look does not find any more is as it was last seen. Undefined if
 * there is nothing. Never throws.
 */
export async function gatherEvidence(
  { plan, where, lastSeen }: Failed,
  { session, ledger }: { readonly session: ClusterSession; readonly ledger: Ledger },
  signal: AbortSignal,
): Promise<BuildSnapshot | undefined> {
  const job = ledger.entries().find(({ kind, name }) => kind === 'Job' && name === where.job)
  const now =
    job?.uid === undefined
      ? undefined
      : await session.inspect(
          {
            namespace: job.namespace,
            jobName: job.name,
            jobUid: job.uid,
            random: plan.identity.random,
            container: plan.container,
          },
          signal,
        )
  const evidence = {
    job: now?.job ?? lastSeen?.job,
    pod: now?.pod ?? lastSeen?.pod,
    events: together(lastSeen?.events ?? [], now?.events ?? []),
  }
  const isNothing = evidence.job === undefined && evidence.pod === undefined && evidence.events.length === 0
  return isNothing ? undefined : evidence
}

/** Each event once, as it was seen last; the oldest first. */
function together(before: readonly ClusterEvent[], now: readonly ClusterEvent[]): readonly ClusterEvent[] {
  const byName = new Map([...before, ...now].map((event) => [event.metadata.name, event]))
  return [...byName.values()].sort((one, other) => happenedAt(one).localeCompare(happenedAt(other)))
}
