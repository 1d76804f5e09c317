import type { Place } from '../progress/build-record.ts'
import type { EndedBuild } from './ended-build.ts'
import type { ExecutorEnd } from './executor-end.ts'

/** What is said of one failure, besides the executor's own words and the last lines. */
export interface Words {
  readonly headline: string
  readonly cures: readonly string[]
  /** The lines of the Dockerfile that it is about; they are shown. */
  readonly place?: Place | undefined
  /** What is known besides, one line each. */
  readonly facts?: readonly string[]
  /** The executor's own sentence says nothing that the headline does not. */
  readonly saysAll?: boolean
}

/** Words for an executor that ended with this exit code. */
export type WordsOf = (end: ExecutorEnd, exitCode: number, ended: EndedBuild) => Words
