import type { LogLine } from '../cluster/cluster-session.ts'
import { readBuildkitEnd } from '../failure/buildkit-end.ts'
import type { ExecutorEnd } from '../failure/executor-end.ts'
import { unsigned } from '../failure/unsigned.ts'
import { readKanikoEnd } from '../failure/kaniko-end.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import type { BuildEvent } from '../progress/build-event.ts'
import { BuildkitProgress } from '../progress/buildkit-progress.ts'
import type { ExecutorProgress } from '../progress/executor-progress.ts'
import { KanikoProgress } from '../progress/kaniko-progress.ts'
import { isAboutNoPush } from '../progress/push-log.ts'
import { pushReader } from './push-reader.ts'
import { recentLines } from './recent-lines.ts'

/** Addresses of contexts can be keys; Kaniko's are taken out where they are known to be. */
const withoutKeys = (end: ExecutorEnd): ExecutorEnd => ({ ...end, reason: unsigned(end.reason) })

/** Reads the log of one attempt: as it comes for people, and for what is to be said of its end. */
export interface ExecutorReader {
  readonly progress: ExecutorProgress
  /** Takes each line of the container that builds. */
  readonly take: (line: LogLine) => void
  /** Takes each line of the one that pushes, if there is one. */
  readonly takePush: (line: LogLine) => void
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
      take: (line) => progress.take(line),
      takePush: () => undefined,
      ending: (exitCode) => withoutKeys(readBuildkitEnd(progress.last, exitCode)),
    }
  }
  const progress = new KanikoProgress(plan, tell, now)
  const building = recentLines()
  const pushing = pushReader(plan, (line) => progress.take(line))
  let latest = ''
  return {
    progress,
    take(line) {
      latest = line.time
      if (plan.pushContainer !== undefined && isAboutNoPush(line.text)) return
      building.add(line.text)
      progress.take(line)
    },
    takePush: (line) => pushing.take(line, latest),
    ending: (exitCode) => readKanikoEnd(pushing.lines() ?? building.all(), exitCode),
  }
}
