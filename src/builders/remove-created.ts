import type { Clock } from '../clock.ts'
import type { ClusterSession, LedgerEntry, Ledger } from '../cluster/cluster-session.ts'

/** How long a removal may take, in milliseconds. */
export const REMOVAL_MS = {
  /** GitHub's runner gives a cancelled step 7.5 s, of which a create that is under way takes 1.5; and then the post phase. Time to ask twice. */
  inAHurry: 3_500,
  /** A credential plugin or an API server that restarts takes its time. */
  atLeisure: 30_000,
}

/** Runs a removal under a signal that aborts when it has had its time: less of it from the moment that `stop` aborts. */
export async function inRemovalTime<T>(
  clock: Clock,
  stop: AbortSignal,
  removal: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const [limit, done] = [new AbortController(), new AbortController()]
  const endAfter = (ms: number): void => void clock.sleep(ms, done.signal).then(() => limit.abort())
  const hurry = (): void => endAfter(REMOVAL_MS.inAHurry)
  if (stop.aborted) hurry()
  else endAfter(REMOVAL_MS.atLeisure)
  stop.addEventListener('abort', hurry, { once: true })
  try {
    return await removal(limit.signal)
  } finally {
    done.abort()
    stop.removeEventListener('abort', hurry)
  }
}

/**
 * Removes recorded objects, all at the same time, and strikes out what is
 * known to be gone. Returns a sentence for each that may still be there: never
 * throws. `hasEnded`: the build's container is known to run no more.
 */
export async function removeCreated(
  session: ClusterSession,
  ledger: Ledger,
  limit: AbortSignal,
  { entries = ledger.entries(), hasEnded = false }: Removing = {},
): Promise<readonly string[]> {
  const doomed = entries.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name)
  // What belongs to the Job goes with it, and what lives in a namespace with that: no right is
  // needed to delete anybody's Secrets. Only a Job that may run is asked to stop at once.
  const isLeft = ({ kind, namespace }: LedgerEntry): boolean =>
    kind === 'Secret' || kind === 'ConfigMap' || (doomed.includes(namespace) && (kind !== 'Job' || hasEnded))
  const remove = async (some: readonly LedgerEntry[]): Promise<readonly string[]> => {
    const complaints = await Promise.all(some.map((entry) => removeOne(session, ledger, entry, limit)))
    return complaints.filter((complaint) => complaint !== undefined)
  }
  const left = entries.filter(isLeft)
  const open = await remove(entries.filter((entry) => !isLeft(entry)))
  // A namespace that stays keeps what is in it; all else goes with the Job.
  if (open.length > 0) return [...open, ...(await remove(left.filter(({ kind }) => kind === 'Job')))]
  for (const entry of left) ledger.forget(entry)
  return []
}

interface Removing {
  readonly entries?: readonly LedgerEntry[]
  readonly hasEnded?: boolean
}

async function removeOne(
  session: ClusterSession,
  ledger: Ledger,
  entry: LedgerEntry,
  limit: AbortSignal,
): Promise<string | undefined> {
  const removal = await session.remove(entry, limit)
  switch (removal.kind) {
    case 'absent':
      // Without a uid nobody has seen it created: a request that was cut off may
      // still be applied. It stays recorded, and the post phase looks again.
      if (entry.uid !== undefined) ledger.forget(entry)
      return undefined
    case 'removed':
      ledger.forget(entry)
      return undefined
    case 'foreign':
      ledger.forget(entry)
      return `${named(entry)} is not the one this build created; it was left alone.`
    case 'failed':
      return `${named(entry)} could not be removed: ${removal.reason}. It expires by itself.`
  }
}

/** One object, in a sentence. */
export function named(entry: LedgerEntry): string {
  return entry.kind === 'Namespace'
    ? `Namespace "${entry.name}"`
    : `${entry.kind} "${entry.name}" in namespace "${entry.namespace}"`
}
