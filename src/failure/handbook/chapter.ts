import type { FailureCode } from '../failure.ts'

/** What docs/troubleshooting.md says of one code; Markdown, written for somebody who has read the log. */
export interface Entry {
  /** What has happened, in a sentence or two. */
  readonly meaning: string
  /** Causes, each with its cure; one line each. */
  readonly causes: readonly string[]
  /** Where more is found: a command, a page. */
  readonly more: string
}

/** Codes that have to do with the same thing. */
export interface Chapter {
  /** Completes «the trouble is with». */
  readonly title: string
  readonly entries: Readonly<Partial<Record<FailureCode, Entry>>>
}
