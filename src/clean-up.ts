import { named, REMOVAL_MS, removeCreated } from './builders/remove-created.ts'
import type { ClusterSession, LedgerEntry, Ledger } from './cluster/cluster-session.ts'
import { ActionError } from './failure/failure.ts'
import type { Runner } from './runner/runner.ts'

/** What the post phase needs from outside; `post.ts` brings the real ones. */
export interface CleanUpPorts {
  readonly runner: Runner
  readonly ledger: Ledger
  /** What the main phase recorded and did not strike out. */
  readonly recorded: readonly LedgerEntry[]
  /** `cleanup: never` */
  readonly isKept: boolean
  readonly openCluster: () => Promise<ClusterSession>
  /** Ends and removes what a build on the runner left; whether there was anything. */
  readonly removeLeftOver: () => Promise<boolean>
}

/** Removes what the main phase left. Only warns: a build is not worse for what follows it. */
export async function cleanUp(ports: CleanUpPorts): Promise<void> {
  await cleanRunner(ports)
  const { runner, ledger, recorded } = ports
  if (recorded.length === 0) return
  if (ports.isKept) {
    runner.info(
      `Kept in the cluster (\`cleanup: never\`), until it expires: ${recorded.map(named).join(', ')}`,
    )
    return
  }
  for (const entry of recorded) ledger.record(entry)
  try {
    const session = await ports.openCluster()
    try {
      const complaints = await removeCreated(session, ledger, AbortSignal.timeout(REMOVAL_MS.atLeisure))
      for (const complaint of complaints) runner.warning(complaint)
      if (complaints.length === 0) runner.info('Removed what this build had left in the cluster.')
    } finally {
      session.close()
    }
  } catch (error) {
    const why = error instanceof ActionError ? error.message : 'an error in the action itself'
    runner.warning(`What this build created could not be removed (${why}); it expires by itself.`)
  }
}

/** Also where what is in the cluster is kept: it is credentials, and a builder that still runs. */
async function cleanRunner({ runner, removeLeftOver }: CleanUpPorts): Promise<void> {
  try {
    if (await removeLeftOver()) runner.info('Removed what this build had left on the runner.')
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error ? String(error.code) : 'an error in the action itself'
    runner.warning(`The folder of this build on the runner could not be removed (${why}).`)
  }
}
