import type { BuildRecord, Step } from './build-record.ts'
import type { Dockerfile } from './dockerfile.ts'

/** What a build is, as far as its log is to be understood. */
export interface ExpectedBuild {
  readonly dockerfile: Dockerfile
  /** What the image is pushed to, as the executor was told. */
  readonly destinations: readonly string[]
  readonly usesCache: boolean
}

export interface TimedLine {
  /** RFC 3339 with nanoseconds, by the node's clock. */
  readonly time: string
  readonly text: string
}

/** A builder's log, read line by line as the story of a build. */
export interface ExecutorProgress {
  /** The step under way, or the last one; undefined before the first. */
  readonly step: Step | undefined
  /** A line that comes after the end is no longer told: it would begin a step that nobody ends. */
  take(line: TimedLine): void
  /** Nothing more comes; the step under way ends with the last line, or at `endedMs` where it was cut off. */
  end(endedMs?: number): void
  /** What is known so far; `endedMs` is the end of a step that is still open. */
  record(endedMs: number): Omit<BuildRecord, 'phases'>
}
