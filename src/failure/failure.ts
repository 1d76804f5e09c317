import type { Place } from '../progress/build-record.ts'

/**
 * Every way a build can end without an image, or an invocation without a
 * build. Closed and stable: workflows compare the output `failure-code` with
 * these, and src/failure/handbook has an entry for each.
 */
export const FAILURE_CODES = [
  'input',
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
  'out-of-memory',
  'evicted',
  'preempted',
  'node-lost',
  'disk-full',
  'deadline',
  'cancelled',
  'context-too-large',
  'context-broken',
  'context-missing',
  'context-denied',
  'attach-refused',
  'dockerfile-missing',
  'dockerfile-syntax',
  'target-missing',
  'copy-source-missing',
  'base-image-missing',
  'base-image-denied',
  'run-failed',
  'no-shell',
  'push-denied',
  'push-unreachable',
  'push-immutable',
  'registry-name',
  'cache-denied',
  'image-not-available',
  'output-failed',
  'load-failed',
  'registry-missing',
  'registry-not-ready',
  'registry-unreachable',
  'tool-missing',
  'internal',
] as const

export type FailureCode = (typeof FAILURE_CODES)[number]

/** What went wrong, in words for the person who reads the log: never a stack trace, a raw API body or a secret. */
export interface Failure {
  readonly code: FailureCode
  /** One sentence: what happened, and where. */
  readonly headline: string
  /** The lines of the Dockerfile that it is about, for an annotation. */
  readonly place?: Place | undefined
  /** What is known besides, one line each; may be empty. */
  readonly details: readonly string[]
  /** What to do about it; may be empty only for `cancelled`. Further lines of one cure stand below its first. */
  readonly cures: readonly string[]
  /** Several lines for a shell, to be copied as they are: a here-document ends only at the left edge. */
  readonly shell?: string | undefined
}

/** Thrown where an invocation cannot go on. A failed build is not thrown: it is a `BuildOutcome`. */
export class ActionError extends Error {
  override readonly name = 'ActionError'
  readonly failure: Failure

  constructor(failure: Failure, options?: { readonly cause?: unknown }) {
    super(failure.headline, options)
    this.failure = failure
  }
}
