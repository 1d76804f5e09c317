import type { BuildSnapshot, CreatedBuild, NodeFacts } from '../cluster/cluster-session.ts'
import { stateOf } from '../kubernetes/container-status.ts'
import type { ContainerState, Pod } from '../kubernetes/objects.ts'
import type { Diagnosis } from './diagnosis.ts'
import { judgeEvents } from './judge-events.ts'
import { judgeLoss } from './judge-loss.ts'
import { judgeExit, judgeStart, waitingReason } from './judge-container.ts'
import { judgeSchedule } from './judge-schedule.ts'
import { judgePush } from './judge-push.ts'
import { judgeHelper, judgeLateHelper, withoutHelper } from './judge-helper.ts'
import type { Verdict } from './verdict.ts'

/**
 * What is the matter with a build, by the cluster's state alone.
 *
 * The order matters (it is Shipwright's): an evicted pod also has a terminated
 * container, and to blame its exit code would hide that the node took the pod
 * away. An exit code of 0 counts before what happened to the pod afterwards.
 * `nodes`: all there were before the build; undefined where they may not be read.
 */
export function judge(
  snapshot: BuildSnapshot,
  { container, pushContainer, mayViolate }: Pick<CreatedBuild, 'container' | 'pushContainer' | 'mayViolate'>,
  nodes?: readonly NodeFacts[],
): Verdict {
  const { pod, events } = snapshot
  if (pod === undefined) return judgeWithoutPod(snapshot, mayViolate)
  const state = stateOf(pod, container)
  if (state?.terminated?.exitCode === 0 && state.terminated.reason !== 'OOMKilled') {
    const push = pushContainer === undefined ? undefined : judgePush(pod, pushContainer, events)
    return push ?? judgeLateHelper(pod, events) ?? { kind: 'ended', message: state.terminated.message }
  }
  const loss = judgeLoss(pod, state, events)
  if (loss) return loss
  if (state?.terminated) return judgeExit(state.terminated)
  if (state?.running) return judgeHelper(pod, events) ?? { kind: 'running', node: pod.spec?.nodeName }
  const own = withoutHelper(events)
  return judgeStart(state, own) ?? judgeEvents(own, pod) ?? judgeWaiting(snapshot, pod, state, nodes)
}

/** Seconds for news of the pod to arrive when the Job is over already. */
const LATE_NEWS_SECONDS = 5

/** A pod is made within moments of its Job: one that is warned of and is not there by then was refused. */
const ADMISSION_SECONDS = 5

function judgeWithoutPod({ job, events }: BuildSnapshot, mayViolate: string | undefined): Verdict {
  if (job === undefined) {
    const diagnosis: Diagnosis = { code: 'evicted', detail: 'the Job was deleted by somebody else' }
    return {
      kind: 'stuck',
      why: 'the Job, which is gone',
      code: 'evicted',
      graceSeconds: LATE_NEWS_SECONDS,
      diagnosis,
    }
  }
  const over = job.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True')
  if (over?.reason === 'DeadlineExceeded') {
    return { kind: 'failed', ran: false, diagnosis: { code: 'deadline', detail: over.message ?? '' } }
  }
  if (over !== undefined) {
    const detail = `the pod is gone and its Job has failed: ${over.message ?? over.reason ?? 'no reason is told'}`
    const diagnosis: Diagnosis = { code: 'evicted', detail }
    const why = 'news of the pod, which is gone'
    return { kind: 'stuck', why, code: 'evicted', graceSeconds: LATE_NEWS_SECONDS, diagnosis }
  }
  const why = 'the pod to be created'
  const told = judgeEvents(events, undefined)
  if (told !== undefined || mayViolate === undefined) return told ?? { kind: 'waiting', why }
  const diagnosis: Diagnosis = { code: 'pod-security', detail: mayViolate }
  return { kind: 'stuck', why, code: 'pod-security', graceSeconds: ADMISSION_SECONDS, diagnosis }
}

/** Nothing is wrong with the pod, it is only not there yet: what for, in words. */
function judgeWaiting(
  { events }: BuildSnapshot,
  pod: Pod,
  state: ContainerState | undefined,
  nodes: readonly NodeFacts[] | undefined,
): Verdict {
  const node = pod.spec?.nodeName
  if (node === undefined) return judgeSchedule(pod, events, nodes)
  return { kind: 'waiting', why: waitingReason(node, state, events) }
}
