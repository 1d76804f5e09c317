import type { FailureCode } from '../failure/failure.ts'
import type { BuilderName } from '../request/builder-choice.ts'
import type { BuildOutcome } from './builder.ts'

/** What became of one builder that `auto` asked. */
export interface ConsideredBuilder {
  readonly builder: BuilderName
  readonly state:
    /** It builds. */
    | 'taken'
    /** It could, and another one comes before it. */
    | 'could too'
    | 'passed over'
  /** What it is, or why it does not build; a few words or a sentence. */
  readonly why: string
}

/** Ends that are the cluster's or the tool's, and not the build's. */
const NOT_OF_THE_BUILD: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'kubeconfig',
  'cluster-unreachable',
  'certificate',
  'unauthorized',
  'forbidden',
  'namespace-terminating',
  'quota',
  'limit-range',
  'pod-security',
  'admission',
  'executor-pull',
  'executor-invalid',
  'unschedulable',
  'schedule-timeout',
  'user-namespace',
  'config-missing',
  'attach-refused',
  'tool-missing',
])

/**
 * Whether another builder may build in place of one that ended so: only if
 * nothing of the Dockerfile was looked at, and for reasons that another one
 * need not have.
 */
export function neverBegan(outcome: BuildOutcome): boolean {
  if (outcome.kind !== 'failed' || outcome.isLost === true) return false
  if (!NOT_OF_THE_BUILD.has(outcome.failure.code)) return false
  return outcome.record?.steps.every(({ kind }) => kind === 'prepare') ?? true
}
