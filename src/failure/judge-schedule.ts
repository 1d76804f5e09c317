import type { NodeFacts } from '../cluster/cluster-session.ts'
import type { ClusterEvent, Pod } from '../kubernetes/objects.ts'
import { autoscalerWord } from './autoscaler.ts'
import { neverFits } from './candidate-nodes.ts'
import type { Verdict } from './verdict.ts'

/**
 * How long an autoscaler may take to say its first word, in seconds: the
 * cluster-autoscaler looks every 10 s, karpenter sooner.
 */
const AUTOSCALER_SECONDS = 15

/** How long somebody may take to make a claim that is named and not there, in seconds. */
const CLAIM_SECONDS = 15

/** What a pod without a node waits for: a node that is free, one that is added, or nothing that can come. */
export function judgeSchedule(
  pod: Pod,
  events: readonly ClusterEvent[],
  nodes: readonly NodeFacts[] | undefined,
): Verdict {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status !== 'False') return { kind: 'waiting', why: 'a node' }
  const said = withoutPreemption(scheduled.message ?? 'none can take the build now')
  const [, claim] = /persistentvolumeclaim "([^"]+)" not found/.exec(said) ?? []
  if (claim !== undefined) return withoutClaim(claim)
  const word = autoscalerWord(events)
  if (word) {
    const may = word.adds ? 'a node is being added' : 'the autoscaler adds none so far'
    return { kind: 'waiting', why: `a node: ${said} (${may}: ${word.words})` }
  }
  const never = nodes === undefined ? undefined : neverFits(pod, nodes)
  if (never === undefined) return { kind: 'waiting', why: `a node: ${said} (a node may be added)` }
  return {
    kind: 'stuck',
    why: `a node: ${said} (${never.words}; only an autoscaler could help)`,
    code: 'unschedulable',
    graceSeconds: AUTOSCALER_SECONDS,
    diagnosis: { code: 'unschedulable', detail: `${said.replace(/\.$/, '')} (${never.words}).` },
  }
}

/** No node helps, and no autoscaler. */
function withoutClaim(name: string): Verdict {
  const detail = `persistentvolumeclaim "${name}" not found`
  return {
    kind: 'stuck',
    why: `the PersistentVolumeClaim "${name}", which is not there`,
    code: 'config-missing',
    graceSeconds: CLAIM_SECONDS,
    diagnosis: { code: 'config-missing', detail },
  }
}

/** The scheduler repeats itself about preemption, which was no help. */
function withoutPreemption(said: string): string {
  return said.replace(/[.,]? (?:no new claims to deallocate, )?preemption: .*$/s, '.')
}
