import type { FailureCode } from './failure.ts'

/** Why an executor ended, by its own last words, and how far it had come. */
export interface ExecutorEnd {
  readonly code: FailureCode
  /** Its own sentence, without what says nothing; empty if it left none. */
  readonly reason: string
  readonly phase: ExecutorPhase
  /** The instruction under way, on one line. */
  readonly instruction: string | undefined
  /** Line of the Dockerfile that the executor itself names, counted from 1. */
  readonly line?: number | undefined
  /** The base image read last. */
  readonly image: string | undefined
  /** What the instruction's process printed, oldest first. */
  readonly output: readonly string[]
}

/** `unknown`: nothing in these lines says. */
export type ExecutorPhase = 'unknown' | 'base-image' | 'unpacking' | 'instruction' | 'snapshot' | 'pushing'

/** Of one that has said nothing. */
export const NO_END: ExecutorEnd = {
  code: 'internal',
  reason: '',
  phase: 'unknown',
  instruction: undefined,
  image: undefined,
  output: [],
}
