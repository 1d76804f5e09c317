import { explainCluster } from './explain-cluster.ts'
import type { BuildAddress } from '../cluster/cluster-session.ts'
import type { EndedBuild } from './ended-build.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import type { Cleanup } from '../request/build-request.ts'
import type { Failure } from './failure.ts'
import { judge } from './judge.ts'
import { NO_END } from './executor-end.ts'
import { longerTimeout, spoken } from './proposals.ts'
import { during, outputOf, paragraphs, placeUnderWay, sourceOf } from './whereabouts.ts'

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
export function deadlinePassed(ended: EndedBuild): Failure {
  const end = ended.ending(undefined)
  const place = placeUnderWay(ended, end)
  const { timeoutSeconds } = ended.plan
  return {
    code: 'deadline',
    headline: `The build was not done after ${spoken(timeoutSeconds)}, ${during(ended, end)}.`,
    place,
    details: paragraphs(sourceOf(ended, place), outputOf(end)),
    cures: [
      `if it is only slow, give it more time:\n  ${longerTimeout(timeoutSeconds)}`,
      'or more cpu in `resources`; if it hangs, look for what it waits for: a pod has no terminal',
    ],
  }
}

/** Time was over while the cluster did not answer; `why` is a sentence without its full stop. */
export function outOfSight(why: string, { namespace, jobName }: BuildAddress): Failure {
  return {
    code: 'cluster-unreachable',
    headline: `${why}.`,
    details: [
      'It stopped answering after the build was created, and the time that the build may take is over; it may have gone on.',
    ],
    cures: [
      `see what became of it once the cluster answers again: kubectl get job ${jobName} -n ${namespace}`,
      "look at the API server's health (kubectl get --raw /readyz), then run the step again",
    ],
  }
}

/** `schedule-timeout` has passed and the container has not run; `waitingFor` completes «waiting for». */
export function neverStarted(ended: EndedBuild, waitingFor: string): Failure {
  const { snapshot, build, plan, nodes } = ended
  const verdict = judge(snapshot, build, nodes)
  const end = NO_END
  // Trouble that could have healed is the better answer than the time that it took.
  if (verdict.kind === 'stuck') return explainCluster(verdict.diagnosis, ended, end)
  const node = /^a node: (.+)$/s.exec(waitingFor)?.[1]
  if (node !== undefined || waitingFor === 'a node') {
    return explainCluster({ code: 'unschedulable', detail: node ?? 'the scheduler says nothing' }, ended, end)
  }
  return {
    code: 'schedule-timeout',
    headline: `The build did not start within ${spoken(plan.scheduleTimeoutSeconds)}.`,
    details: waitingFor === '' ? [] : [`waiting for ${waitingFor}`],
    cures: [
      'raise `schedule-timeout` if it is only slow',
      'look at the pod while the next one waits: kubectl describe pods -A -l app.kubernetes.io/managed-by=hybrid-kubernetes-build',
    ],
  }
}

/** The executor ended with exit code 0 and left no digest behind. */
export function noDigest({ kind, executor }: Pick<BuildPlan, 'kind' | 'executor'>): Failure {
  return {
    code: 'executor-invalid',
    headline: `The executor ${executor} ended well but left no digest of an image.`,
    details: [],
    cures: [IMAGES[kind]],
  }
}

const IMAGES = {
  kaniko: 'set `executor` to an image of Kaniko, for example ghcr.io/osscontainertools/kaniko:v1.28.3',
  buildkit: 'set `executor` to an image of BuildKit, for example docker.io/moby/buildkit:v0.34.2',
} as const satisfies Record<BuildPlan['kind'], string>

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
