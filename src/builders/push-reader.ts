import type { LogLine } from '../cluster/cluster-session.ts'
import type { BuildPlan } from '../plan/build-plan.ts'
import { isAboutPushing, pushingMessage, pushLog } from '../progress/push-log.ts'
import { recentLines } from './recent-lines.ts'

/** Reads the log of the container that pushes. */
export interface PushReader {
  /** `since`: when the container that builds said its last, RFC 3339: the push begins with it. */
  readonly take: (line: LogLine, since: string) => void
  /** What is known of its end, oldest first; undefined where it has said nothing: then the build's own log counts. */
  readonly lines: () => readonly string[] | undefined
}

/** `tell` gets each line as a build's executor would write it. */
export function pushReader(
  { destinations: [first = ''] }: Pick<BuildPlan, 'destinations'>,
  tell: (line: LogLine) => void,
): PushReader {
  const translated = pushLog()
  const lines = recentLines()
  const beginning = pushingMessage(first)
  let hasBegun = false
  let hasSaidSo = false
  return {
    take({ time, text }, since) {
      // Before it says so itself it asks whether it may, which belongs to the push as well.
      if (!hasBegun) {
        hasBegun = true
        lines.add(beginning)
        tell({ time: since === '' ? time : since, text: beginning })
      }
      const line = translated(text)
      if (line === undefined) return
      if (!hasSaidSo && isAboutPushing(line)) {
        hasSaidSo = true
        return
      }
      lines.add(line)
      tell({ time, text: line })
    },
    lines: () => (hasBegun ? lines.all() : undefined),
  }
}
