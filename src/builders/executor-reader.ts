import { readBuildkitEnd } from '../failure/buildkit-end.ts'
import type { ExecutorEnd } from '../failure/executor-end.ts'
import { unsigned } from '../failure/unsigned.ts'
import { readKanikoEnd } from '../failure/kaniko-end.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import type { BuildEvent } from '../progress/build-event.ts'
import { BuildkitProgress } from '../progress/buildkit-progress.ts'
import type { ExecutorProgress } from '../progress/executor-progress.ts'
import { KanikoProgress } from '../progress/kaniko-progress.ts'
import { recentLines } from './recent-lines.ts'

/** Addresses of contexts can be keys; Kaniko's are taken out where they are known to be. */
const withoutKeys = (end: ExecutorEnd): ExecutorEnd => ({ ...end, reason: unsigned(end.reason) })

/** Reads the log of one attempt: as it comes for people, and for what is to be said of its end. */
export interface ExecutorReader {
  readonly progress: ExecutorProgress
  /** Called with each line, before `progress` takes it. */
  readonly remember: (text: string) => void
  readonly ending: (exitCode: number | undefined) => ExecutorEnd
}

/** The reader for a plan's builder. `now`: milliseconds since just before the first create. */
export function executorReader(
  plan: BuildPlan,
  tell: (event: BuildEvent) => void,
  now: () => number,
): ExecutorReader {
  if (plan.kind === 'buildkit') {
    const progress = new BuildkitProgress(plan, tell, now)
    return {
      progress,
      remember: () => undefined,
      ending: (exitCode) => withoutKeys(readBuildkitEnd(progress.last, exitCode)),
    }
  }
  const lines = recentLines()
  return {
    progress: new KanikoProgress(plan, tell, now),
    remember: (text) => lines.add(text),
    ending: (exitCode) => readKanikoEnd(lines.all(), exitCode),
  }
}
