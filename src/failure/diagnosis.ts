import type { FailureCode } from './failure.ts'

/** Why a build made no image, as the cluster's state tells it: facts, not yet words for people. */
export interface Diagnosis {
  readonly code: FailureCode
  /** What the cluster says itself; may be empty. */
  readonly detail: string
  /** It is about the container beside Kaniko's, which fetches the image. */
  readonly isHelper?: boolean
  /** The executor's exit code, if it was the executor that ended. */
  readonly exitCode?: number
  readonly signal?: number | undefined
}
