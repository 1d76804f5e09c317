import type { BuildSnapshot } from '../cluster/cluster-session.ts'
import type { ContainerState, Pod } from '../kubernetes/objects.ts'
import type { Diagnosis } from './diagnosis.ts'
import { judgeEvents } from './judge-events.ts'

/** What a snapshot of a build says about it. */
export type Verdict =
  /** Nothing is wrong; `why` completes «waiting for». */
  | { readonly kind: 'waiting'; readonly why: string }
  /** Something is wrong that may heal by itself within the grace. */
  | {
      readonly kind: 'stuck'
      readonly why: string
      readonly code: Diagnosis['code']
      readonly graceSeconds: number
      readonly diagnosis: Diagnosis
    }
  | { readonly kind: 'running'; readonly node: string | undefined }
  /** The container ended with exit code 0. */
  | { readonly kind: 'ended'; readonly message: string | undefined }
  /** It is over without success; `ran`: the container was started, there is a log. */
  | { readonly kind: 'failed'; readonly ran: boolean; readonly diagnosis: Diagnosis }

/**
 * What is the matter with a build, by the cluster's state alone.
 *
 * The order matters (it is Shipwright's): an evicted pod also has a terminated
 * container, and to blame its exit code would hide that the node took the pod
 * away. An exit code of 0 counts before what happened to the pod afterwards.
 */
export function judge(snapshot: BuildSnapshot, container: string): Verdict {
  const { pod } = snapshot
  if (pod === undefined) return judgeWithoutPod(snapshot)
  const state = pod.status?.containerStatuses?.find((status) => status.name === container)?.state
  if (state?.terminated?.exitCode === 0 && state.terminated.reason !== 'OOMKilled') {
    return { kind: 'ended', message: state.terminated.message }
  }
  return judgeLoss(pod, state) ?? judgeContainer(snapshot, pod, state)
}

function judgeWithoutPod(snapshot: BuildSnapshot): Verdict {
  const failed = snapshot.job?.status?.conditions?.find(
    (condition) => condition.type === 'Failed' && condition.status === 'True',
  )
  if (failed?.reason === 'DeadlineExceeded') {
    return { kind: 'failed', ran: false, diagnosis: { code: 'deadline', detail: failed.message ?? '' } }
  }
  return judgeEvents(snapshot.events, undefined) ?? { kind: 'waiting', why: 'the pod to be created' }
}

/** Ways in which a pod is taken from a build, whatever its container did. */
function judgeLoss(pod: Pod, state: ContainerState | undefined): Verdict | undefined {
  const ran = state?.running !== undefined || state?.terminated !== undefined
  const lost = (code: Diagnosis['code'], detail: string | undefined): Verdict => ({
    kind: 'failed',
    ran,
    diagnosis: { code, detail: detail ?? '' },
  })
  const { reason, message, conditions } = pod.status ?? {}
  const disruption = conditions?.find((one) => one.type === 'DisruptionTarget' && one.status === 'True')
  if (reason === 'Evicted') return lost(isAboutDisk(message) ? 'disk-full' : 'evicted', message)
  if (state?.terminated?.reason === 'OOMKilled') return lost('out-of-memory', undefined)
  if (reason === 'DeadlineExceeded') return lost('deadline', message)
  if (reason === 'NodeLost') return lost('node-lost', message)
  if (disruption === undefined) return undefined
  // A warning first: a build that ends within the grace period has ended well.
  if (pod.metadata.deletionTimestamp === undefined && state?.terminated === undefined) return undefined
  return lost(disruption.reason === 'PreemptionByScheduler' ? 'preempted' : 'evicted', disruption.message)
}

function judgeContainer(snapshot: BuildSnapshot, pod: Pod, state: ContainerState | undefined): Verdict {
  if (state?.terminated) {
    const { exitCode, signal } = state.terminated
    return { kind: 'failed', ran: true, diagnosis: { code: 'run-failed', exitCode, signal, detail: '' } }
  }
  if (state?.running) return { kind: 'running', node: pod.spec?.nodeName }
  if (pod.status?.phase === 'Failed') {
    const detail = pod.status.message ?? 'the pod failed before the executor was started'
    return { kind: 'failed', ran: false, diagnosis: { code: 'evicted', detail } }
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    const detail = 'the pod is being deleted by somebody else'
    return { kind: 'failed', ran: false, diagnosis: { code: 'evicted', detail } }
  }
  return judgeImage(state) ?? judgeEvents(snapshot.events, pod) ?? judgeScheduling(pod, state)
}

const PULL_TROUBLE = ['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'RegistryUnavailable']
/** What a registry says when trying again will not help. */
const FINAL = /not found|manifest unknown|unauthorized|denied|forbidden|no match for platform|invalid/i

function judgeImage(state: ContainerState | undefined): Verdict | undefined {
  const { reason = '', message = '' } = state?.waiting ?? {}
  if (reason === 'InvalidImageName') {
    return { kind: 'failed', ran: false, diagnosis: { code: 'executor-invalid', detail: message } }
  }
  if (PULL_TROUBLE.includes(reason)) {
    return {
      kind: 'stuck',
      why: 'the executor image to be pulled, which fails so far',
      code: 'executor-pull',
      graceSeconds: FINAL.test(message) ? 5 : 60,
      diagnosis: { code: 'executor-pull', detail: message },
    }
  }
  if (reason === 'CreateContainerError' || reason === 'RunContainerError') {
    const code = isAboutDisk(message) ? 'disk-full' : 'executor-invalid'
    return {
      kind: 'stuck',
      why: 'the container to be created',
      code,
      graceSeconds: 10,
      diagnosis: { code, detail: message },
    }
  }
  if (reason !== 'CreateContainerConfigError') return undefined
  // Our own ConfigMap may still be on its way; somebody else's object may not exist.
  const diagnosis: Diagnosis = { code: 'config-missing', detail: message }
  return { kind: 'stuck', why: 'what the pod mounts', code: 'config-missing', graceSeconds: 30, diagnosis }
}

function judgeScheduling(pod: Pod, state: ContainerState | undefined): Verdict {
  const scheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled')
  if (scheduled?.status === 'False') {
    // A node may be added: the schedule timeout decides, and says this.
    return { kind: 'waiting', why: `a node: ${scheduled.message ?? 'none can take the build now'}` }
  }
  if (pod.spec?.nodeName === undefined) return { kind: 'waiting', why: 'a node' }
  const reason = state?.waiting?.reason
  return {
    kind: 'waiting',
    why:
      reason === undefined || reason === 'ContainerCreating'
        ? `the container on ${pod.spec.nodeName}`
        : reason,
  }
}

export function isAboutDisk(text: string | undefined): boolean {
  return /ephemeral|no space left|disk ?pressure/i.test(text ?? '')
}
