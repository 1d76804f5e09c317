import type { ClusterEvent } from '../kubernetes/objects.ts'

/** What an autoscaler says about the pod, last word first. */
export interface AutoscalerWord {
  /** Whether a node is on its way. */
  readonly adds: boolean
  /** As in «NotTriggerScaleUp: pod didn't trigger scale-up: 1 max node group size reached». */
  readonly words: string
}

/** cluster-autoscaler's reasons; karpenter says Nominated, or FailedScheduling under its own name. */
const ADDS = new Set(['TriggeredScaleUp', 'Nominated'])
const REFUSES = new Set(['NotTriggerScaleUp', 'FailedScaleUp'])

/** The last word of an autoscaler, if any has said something. */
export function autoscalerWord(events: readonly ClusterEvent[]): AutoscalerWord | undefined {
  const event = events.findLast((one) => ADDS.has(one.reason ?? '') || isRefusal(one))
  if (event === undefined) return undefined
  const { reason = '', message = '' } = event
  return { adds: ADDS.has(reason), words: message === '' ? reason : `${reason}: ${message}` }
}

function isRefusal(event: ClusterEvent): boolean {
  const component = event.reportingComponent ?? event.source?.component ?? ''
  return (
    REFUSES.has(event.reason ?? '') ||
    (event.reason === 'FailedScheduling' && component.startsWith('karpenter'))
  )
}
