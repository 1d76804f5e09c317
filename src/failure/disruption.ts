import type { BuildSnapshot } from '../cluster/cluster-session.ts'
import type { FailureCode } from './failure.ts'

/**
 * What took the pod from its build, in words that complete «The build was …»;
 * undefined where another try would not help. Somebody who deletes the pod or
 * the Job wants the build to end, and a Dockerfile's failure stays one.
 */
export function disruption(code: FailureCode, { pod }: BuildSnapshot): string | undefined {
  if (code !== 'evicted') return LOSSES[code]
  const marked = pod?.status?.conditions?.some(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  )
  return marked === true || pod?.status?.reason === 'Evicted' ? 'evicted' : undefined
}

const LOSSES: Partial<Record<FailureCode, string>> = {
  preempted: 'preempted by a pod of higher priority',
  'node-lost': 'lost with its node',
}
