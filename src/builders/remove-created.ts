import type { ClusterSession, LedgerEntry } from '../cluster/cluster-session.ts'
import type { StateLedger } from '../runner/state-ledger.ts'

/** How long the removal of one object may take, in milliseconds: GitHub's runner gives a cancelled step 7.5 s. */
const REMOVAL_MS = 2_000

/**
 * Removes recorded objects, all at the same time, and strikes out what is
 * gone. Returns a sentence for each that may still be there: never throws.
 */
export async function removeCreated(
  session: ClusterSession,
  ledger: StateLedger,
  entries: readonly LedgerEntry[] = ledger.entries(),
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const doomed = entries.filter((entry) => entry.kind === 'Namespace').map((entry) => entry.name)
  const left = await Promise.all(
    entries.map(async (entry) => {
      // What lives in a namespace that goes, goes with it; only the Job is asked to stop at once.
      if (doomed.includes(entry.namespace) && entry.kind !== 'Job') return undefined
      return removeOne(session, ledger, entry, signal)
    }),
  )
  const complaints = left.filter((complaint) => complaint !== undefined)
  if (complaints.length === 0) for (const entry of entries) ledger.forget(entry)
  return complaints
}

async function removeOne(
  session: ClusterSession,
  ledger: StateLedger,
  entry: LedgerEntry,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const limit = AbortSignal.timeout(REMOVAL_MS)
  const removal = await session.remove(entry, signal ? AbortSignal.any([limit, signal]) : limit)
  switch (removal.kind) {
    case 'removed':
    case 'absent':
      ledger.forget(entry)
      return undefined
    case 'foreign':
      ledger.forget(entry)
      return `${named(entry)} is not the one this build created; it was left alone.`
    case 'failed':
      return `${named(entry)} could not be removed: ${removal.reason}. It expires by itself.`
  }
}

function named(entry: LedgerEntry): string {
  return entry.kind === 'Namespace'
    ? `Namespace "${entry.name}"`
    : `${entry.kind} "${entry.name}" in namespace "${entry.namespace}"`
}
