import type { FailureCode } from '../failure/failure.ts'

/** What the command's exit status says. */
export const EXIT = {
  built: 0,
  failed: 1,
  /** Wrong usage, or an input that cannot be used. */
  usage: 2,
  /** The cluster or a tool is missing, or a right, or room. */
  cluster: 3,
  /** A defect of this program. */
  internal: 4,
  /** 128 and SIGINT, as shells have it. */
  cancelled: 130,
} as const

/** Every failure that is not the build's own. */
const CODES: Partial<Record<FailureCode, number>> = {
  input: EXIT.usage,
  kubeconfig: EXIT.cluster,
  'cluster-unreachable': EXIT.cluster,
  certificate: EXIT.cluster,
  unauthorized: EXIT.cluster,
  forbidden: EXIT.cluster,
  'namespace-terminating': EXIT.cluster,
  quota: EXIT.cluster,
  'limit-range': EXIT.cluster,
  'pod-security': EXIT.cluster,
  admission: EXIT.cluster,
  'attach-refused': EXIT.cluster,
  'tool-missing': EXIT.cluster,
  'registry-missing': EXIT.cluster,
  'registry-not-ready': EXIT.cluster,
  'registry-unreachable': EXIT.cluster,
  internal: EXIT.internal,
  cancelled: EXIT.cancelled,
}

/** The exit status for the outputs of a build, by their names. */
export function exitCodeOf(outputs: ReadonlyMap<string, string>): number {
  if (outputs.get('outcome') === 'built') return EXIT.built
  // The action's own output, of a closed set.
  return CODES[outputs.get('failure-code') as FailureCode] ?? EXIT.failed
}
