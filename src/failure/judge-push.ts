import { stateOf } from '../kubernetes/container-status.ts'
import type { ClusterEvent, Pod } from '../kubernetes/objects.ts'
import { judgeExit, judgeStart } from './judge-container.ts'
import { judgeHelper, withoutHelper } from './judge-helper.ts'
import { judgeLoss } from './judge-loss.ts'
import type { Verdict } from './verdict.ts'

/**
 * What is the matter with a build whose container has ended well, while another
 * one pushes what it left; undefined once that has ended well too. Until then the
 * pod can still be taken away, and the image with it.
 */
export function judgePush(
  pod: Pod,
  pushContainer: string,
  events: readonly ClusterEvent[],
): Verdict | undefined {
  const state = stateOf(pod, pushContainer)
  if (state?.terminated?.exitCode === 0 && state.terminated.reason !== 'OOMKilled') return undefined
  const loss = judgeLoss(pod, state, events)
  if (loss?.kind === 'failed') return { ...loss, ran: true, isPushing: true }
  if (loss) return loss
  if (state?.terminated) return { ...judgeExit(state.terminated), isPushing: true }
  const trouble = state?.running ? judgeHelper(pod, events) : judgeStart(state, withoutHelper(events))
  return trouble ?? { kind: 'running', node: pod.spec?.nodeName, isPushing: true }
}
