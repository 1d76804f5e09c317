import type { ClusterEvent, ContainerState, Pod } from '../kubernetes/objects.ts'
import { HELPER_CONTAINER } from '../plan/helper-container.ts'
import type { Diagnosis } from './diagnosis.ts'
import { isAboutDisk } from './about.ts'
import type { Failed, Stuck } from './verdict.ts'

/** How long a pod that is being taken away may still end well, in seconds: twice the usual grace of a pod. */
const DEPARTURE_SECONDS = 60
/** How long a node may be silent, in seconds; the cluster itself waits 300 before it gives the pod up. */
const SILENCE_SECONDS = 120

/** Whether a pod was taken from its build, or is about to be: by its node, by the scheduler, by a person. */
export function judgeLoss(
  pod: Pod,
  state: ContainerState | undefined,
  events: readonly ClusterEvent[],
): Failed | Stuck | undefined {
  const taken = takenAway(pod)
  if (taken) return { kind: 'failed', ran: hasRun(state), diagnosis: taken }
  return judgeMemory(pod, state) ?? judgeDeparture(pod, state) ?? judgeSilence(pod, state, events)
}

/** By the pod's own reason, which is final. */
function takenAway({ status }: Pod): Diagnosis | undefined {
  const { reason = '', message = '' } = status ?? {}
  if (reason === 'Evicted') return { code: isAboutDisk(message) ? 'disk-full' : 'evicted', detail: message }
  if (reason === 'DeadlineExceeded') return { code: 'deadline', detail: message }
  if (reason === 'Preempting') return { code: 'preempted', detail: message }
  if (/^(?:NodeLost|NodeShutdown|Shutdown|Terminated)$/.test(reason))
    return { code: 'node-lost', detail: message }
  // The scheduler chose a node whose kubelet then had no room: nothing was started.
  if (/^(?:OutOf|NodeAffinity|NodePorts|UnexpectedAdmissionError)/.test(reason)) {
    return { code: 'unschedulable', detail: message === '' ? reason : message }
  }
  return undefined
}

/** The reason counts, whatever the exit code: a build whose process was killed for memory may still end with 0. */
function judgeMemory({ status }: Pod, state: ContainerState | undefined): Failed | undefined {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  // The one beside Kaniko's has a limit of its own, and is judged by itself.
  const builds = all.filter(({ name }) => name !== HELPER_CONTAINER)
  const killed = builds.some((container) => container.state?.terminated?.reason === 'OOMKilled')
  return killed
    ? { kind: 'failed', ran: hasRun(state), diagnosis: { code: 'out-of-memory', detail: '' } }
    : undefined
}

/** Why a pod is on its way out, if it is. */
export function departure(pod: Pod | undefined): Diagnosis | undefined {
  const disruption = pod?.status?.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  )
  if (pod?.metadata.deletionTimestamp === undefined && disruption === undefined) return undefined
  return {
    code: departureCode(disruption?.reason),
    detail: disruption?.message ?? 'the pod was deleted by somebody else',
  }
}

function judgeDeparture(pod: Pod, state: ContainerState | undefined): Failed | Stuck | undefined {
  const diagnosis = departure(pod)
  if (diagnosis === undefined) return undefined
  const leaving = pod.metadata.deletionTimestamp !== undefined
  // A build that ends within the pod's grace period has ended well; that it fails by itself is possible too.
  if (state?.running && leaving) {
    const why = 'the build to end before its pod is taken away'
    return { kind: 'stuck', why, code: diagnosis.code, graceSeconds: DEPARTURE_SECONDS, diagnosis }
  }
  if (state?.running) return undefined
  if (state?.terminated && !isSignal(state.terminated.exitCode)) return undefined
  return { kind: 'failed', ran: hasRun(state), diagnosis }
}

/** Reasons: https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions */
function departureCode(reason: string | undefined): Diagnosis['code'] {
  if (reason === 'PreemptionByScheduler') return 'preempted'
  return reason === 'DeletionByTaintManager' || reason === 'DeletionByPodGC' ? 'node-lost' : 'evicted'
}

/** A node that answers no more leaves its pods as they were: running, for all that is known. */
function judgeSilence(
  pod: Pod,
  state: ContainerState | undefined,
  events: readonly ClusterEvent[],
): Failed | Stuck | undefined {
  if (state?.terminated?.reason === 'ContainerStatusUnknown') {
    const detail = state.terminated.message ?? ''
    return { kind: 'failed', ran: true, diagnosis: { code: 'node-lost', detail } }
  }
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready')
  const silent = events.findLast(
    ({ reason, involvedObject }) => reason === 'NodeNotReady' && involvedObject?.name === pod.metadata.name,
  )
  if (state?.running === undefined || ready?.status !== 'False' || silent === undefined) return undefined
  const diagnosis: Diagnosis = { code: 'node-lost', detail: silent.message ?? '' }
  const why = 'the node, which does not answer'
  return { kind: 'stuck', why, code: 'node-lost', graceSeconds: SILENCE_SECONDS, diagnosis }
}

/** SIGKILL or SIGTERM: how a container ends whose pod is taken away. */
function isSignal(exitCode: number): boolean {
  return exitCode === 137 || exitCode === 143
}

function hasRun(state: ContainerState | undefined): boolean {
  return state?.running !== undefined || state?.terminated !== undefined
}
