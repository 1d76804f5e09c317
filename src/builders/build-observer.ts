import type { LogLine } from '../cluster/cluster-session.ts'
import type { BuildEvent } from '../progress/build-event.ts'

/** Whoever watches a build: told what happens, as it happens. Nothing it does may throw. */
export interface BuildObserver {
  /** The build waits for something; told once for each new reason. */
  waiting(why: string, secondsSinceCreation: number): void
  /** The container runs. */
  running(node: string | undefined, secondsSinceCreation: number): void
  /** One line that the container printed, as it came: not to be trusted. */
  line(line: LogLine): void
  /** What such lines mean: told after them. */
  event(event: BuildEvent): void
  /** Something was decided or lost on the way; one sentence. */
  note(text: string): void
}
