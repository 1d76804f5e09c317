import type { Diagnosis } from './diagnosis.ts'

/** What a snapshot of a build says about it. */
export type Verdict =
  /** Nothing is wrong; `why` completes «waiting for». */
  | { readonly kind: 'waiting'; readonly why: string }
  | Stuck
  | {
      readonly kind: 'running'
      readonly node: string | undefined
      /** The container that builds has ended well, and another one pushes. */
      readonly isPushing?: true
    }
  /** The container ended with exit code 0. */
  | { readonly kind: 'ended'; readonly message: string | undefined }
  | Failed

/** Something is wrong that may heal by itself within the grace. */
export interface Stuck {
  readonly kind: 'stuck'
  readonly why: string
  readonly code: Diagnosis['code']
  readonly graceSeconds: number
  readonly diagnosis: Diagnosis
}

/** It is over without success; `ran`: the container was started, there is a log. */
export interface Failed {
  readonly kind: 'failed'
  readonly ran: boolean
  /** What failed is the container that pushes. */
  readonly isPushing?: true
  readonly diagnosis: Diagnosis
}
