import type { ClusterSession, ExpiredObject } from './cluster/cluster-session.ts'
import { ActionError } from './failure/failure.ts'
import type { Runner } from './runner/runner.ts'
import { tellFailure } from './runner/tell-failure.ts'

/** What cleaning needs from outside. */
export interface CleanPorts {
  readonly runner: Runner
  readonly openCluster: () => Promise<ClusterSession>
}

/**
 * Removes what builds have left behind and has expired, and says what: own
 * namespaces, or the builds in the given one. True if that could be done.
 */
export async function cleanCluster(
  { runner, openCluster }: CleanPorts,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const session = await openCluster()
    try {
      const { removed, kept } = await session.clean(namespace, signal)
      for (const object of removed) runner.info(`Removed ${named(object)}`)
      for (const { object, reason } of kept)
        runner.warning(`The ${named(object)} could not be removed: ${reason}`)
      if (removed.length + kept.length === 0) runner.info('Nothing of ours has expired.')
      if (kept.length > 0) runner.output('failure-code', 'forbidden')
      return kept.length === 0
    } finally {
      session.close()
    }
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    runner.output('failure-code', error.failure.code)
    tellFailure(runner, error.failure)
    return false
  }
}

const named = ({ kind, namespace, name }: ExpiredObject): string =>
  kind === 'Namespace' ? `namespace ${name}` : `build ${name} in namespace ${namespace}`
