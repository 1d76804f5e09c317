import type { ClusterEvent, Pod } from '../kubernetes/objects.ts'
import { HELPER_CONTAINER } from '../plan/helper-container.ts'
import { isAboutHelper } from './about.ts'
import { judgeStart } from './judge-container.ts'
import type { Stuck, Verdict } from './verdict.ts'

/**
 * What is the matter with the container beside Kaniko's, which waits until the
 * image is fetched; undefined if nothing is, or there is none. What happened to
 * the pod as a whole has been judged before. Never a failure at once, but trouble
 * that is given no time: Kaniko still runs, and its log has no end to wait for.
 */
export function judgeHelper(pod: Pod, events: readonly ClusterEvent[]): Stuck | undefined {
  const state = helperState(pod)
  if (state?.terminated !== undefined) {
    const { exitCode, reason = '', message = '' } = state.terminated
    return hopeless([`it ended with exit code ${exitCode}`, reason, message].filter(Boolean).join(', '))
  }
  const trouble = judgeStart(state, events.filter(isAboutHelper))
  if (trouble === undefined) return undefined
  const { detail, code } = trouble.diagnosis
  if (trouble.kind === 'failed' || code === 'user-namespace') return hopeless(detail)
  const why = trouble.why.replace(/^the executor image/, 'the helper image')
  return { ...trouble, why, diagnosis: { code, detail, isHelper: true } }
}

/** Kaniko has ended well, and what fetches the image is not there yet; undefined where it is, or cannot be any more. */
export function judgeLateHelper(pod: Pod, events: readonly ClusterEvent[]): Verdict | undefined {
  const isLeaving = pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === 'Failed'
  if (helperState(pod)?.waiting === undefined || isLeaving) return undefined
  return judgeHelper(pod, events) ?? { kind: 'waiting', why: 'the container that fetches the image' }
}

/** Events about Kaniko's container, its pod and its Job. */
export function withoutHelper(events: readonly ClusterEvent[]): readonly ClusterEvent[] {
  return events.filter((event) => !isAboutHelper(event))
}

function hopeless(detail: string): Stuck {
  return {
    kind: 'stuck',
    why: 'the container that fetches the image, which cannot run',
    code: 'executor-invalid',
    graceSeconds: 0,
    diagnosis: { code: 'executor-invalid', detail, isHelper: true },
  }
}

const helperState = ({ status }: Pod) =>
  status?.containerStatuses?.find(({ name }) => name === HELPER_CONTAINER)?.state
