import type { CreatedBuild } from '../cluster/cluster-session.ts'
import { during, outputOf } from './explain-kaniko.ts'
import type { Failure } from './failure.ts'
import { readKanikoEnd } from './kaniko-end.ts'

/** The step was cancelled; what had been created is being removed. */
export function cancelled(): Failure {
  return {
    code: 'cancelled',
    headline: 'The build was cancelled; what it had created in the cluster is being removed.',
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

/** The stream with the context broke on its way into the pod. `reason` completes a sentence, as in `the connection was cut after 3.2 MB`. */
export function contextCut(reason: string): Failure {
  return {
    code: 'context-broken',
    headline: 'The context did not arrive whole in the pod, and nothing was built from it.',
    details: [reason],
    cures: [
      'run the step again; if it happens each time, something between the runner and the cluster (a proxy, a load balancer) ends long or large connections',
      'make the context smaller with .dockerignore or `context`: up to 900 KiB, compressed, it needs no connection of its own',
    ],
  }
}
