import type { CreatedBuild } from '../cluster/cluster-session.ts'
import type { Cleanup } from '../request/build-request.ts'
import { during, outputOf } from './explain-kaniko.ts'
import type { Failure } from './failure.ts'
import { readKanikoEnd } from './kaniko-end.ts'

/** The step was cancelled; what had been created is being removed, unless nothing ever is. */
export function cancelled(cleanup: Cleanup = 'always'): Failure {
  const created = cleanup === 'never' ? 'stays until it expires' : 'is being removed'
  return {
    code: 'cancelled',
    headline: `The build was cancelled; what it had created in the cluster ${created}.`,
    details: [],
    cures: [],
  }
}

/** `timeout` has passed since the container's start. */
export function deadlinePassed(timeoutSeconds: number, lines: readonly string[]): Failure {
  const end = readKanikoEnd(lines)
  return {
    code: 'deadline',
    headline: `The build was not done after ${timeoutSeconds} s, ${during(end)}.`,
    details: outputOf(end),
    cures: ['raise `timeout`', 'give it more cpu in `resources`'],
  }
}

/** `schedule-timeout` has passed and the container has not run. */
export function neverStarted(
  scheduleTimeoutSeconds: number,
  waitingFor: string,
  build: CreatedBuild,
): Failure {
  const forNode = waitingFor.startsWith('a node')
  return {
    code: forNode ? 'unschedulable' : 'schedule-timeout',
    headline: forNode
      ? `No node took the build within ${scheduleTimeoutSeconds} s.`
      : `The build did not start within ${scheduleTimeoutSeconds} s.`,
    details: waitingFor === '' ? [] : [`waiting for ${waitingFor}`],
    cures: [
      ...(forNode ? ['lower `resources`, or free a node'] : []),
      'raise `schedule-timeout` if a node is added on demand',
      `kubectl -n ${build.namespace} describe pods -l job-name=${build.jobName}`,
    ],
  }
}

/** The executor ended with exit code 0 and left no digest behind. */
export function noDigest(executor: string): Failure {
  return {
    code: 'executor-invalid',
    headline: `The executor ${executor} ended well but left no digest of an image.`,
    details: [],
    cures: ['set `executor` to an image of Kaniko, for example ghcr.io/osscontainertools/kaniko:v1.28.3'],
  }
}
