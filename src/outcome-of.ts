import type { BuildOutcome, BuildPlace } from './builders/builder.ts'
import { LostSight } from './builders/cluster-builder.ts'
import { cancelled } from './failure/ended-by-us.ts'
import { ActionError } from './failure/failure.ts'
import type { Cleanup } from './request/build-request.ts'

/** Of a build that came nowhere. */
export const NOWHERE: BuildPlace = {
  namespace: undefined,
  job: undefined,
  node: undefined,
  platform: undefined,
}

/** What an exception says of a build; one that says nothing for users goes on as it is. */
export function outcomeOf(
  error: unknown,
  where: BuildPlace,
  signal: AbortSignal,
  cleanup?: Cleanup,
): BuildOutcome {
  if (signal.aborted) return { kind: 'cancelled', failure: cancelled(cleanup), where, record: undefined }
  if (error instanceof ActionError) {
    const isLost = error instanceof LostSight
    return { kind: 'failed', failure: error.failure, where, record: undefined, ...(isLost ? { isLost } : {}) }
  }
  throw error
}
