import { readBuildkitEnd } from '../failure/buildkit-end.ts'
import { asBuildctl } from '../failure/buildx-words.ts'
import type { ExecutorEnd } from '../failure/executor-end.ts'
import { plainLast } from '../failure/plain-last.ts'
import { readTextEnd, type TextWork } from '../failure/text-end.ts'
import type { BuildEvent } from '../progress/build-event.ts'
import type { Step } from '../progress/build-record.ts'
import { BuildkitProgress } from '../progress/buildkit-progress.ts'
import type { ExecutorProgress } from '../progress/executor-progress.ts'
import { buildahEvent, dockerEvent, plainEvent } from '../progress/text-log.ts'
import { TextProgress } from '../progress/text-progress.ts'
import type { LocalPlan } from './local-plan.ts'

/** Reads the log of one build: as it comes for people, and for what is to be said of its end. */
export interface LocalReader {
  readonly progress: ExecutorProgress
  /** A step that no line tells of; the log's own steps tell of everything where it has no such. */
  readonly begin: (step: Step, time: string) => void
  readonly ending: (work: TextWork, exitCode: number | undefined) => ExecutorEnd
  /** What was under way at an end: the builder's last words are certain, the steps before may be a RUN's. */
  readonly stepAt: (end: ExecutorEnd) => Step | undefined
  /** Called with each line, before `progress` takes it. */
  readonly remember: (text: string) => void
}

const EVENTS = { buildah: buildahEvent, docker: dockerEvent, plain: plainEvent } as const

/** What other exit codes mean in a pod is its script's; here they are the client's, which says all in words. */
const ofClient = (exitCode: number | undefined): number | undefined =>
  exitCode === 137 || exitCode === 143 ? exitCode : undefined

/** How many of a build's last lines a diagnosis sees, and how much of each. */
const LINES = 400
const CHARACTERS = 4_000

/** The reader for a plan's log. `now`: milliseconds since the build began. */
export function localReader(
  plan: LocalPlan,
  tell: (event: BuildEvent) => void,
  now: () => number,
): LocalReader {
  if (plan.log === 'rawjson') {
    const progress = new BuildkitProgress(plan, tell, now)
    return {
      progress,
      begin: () => undefined,
      stepAt: () => progress.step,
      remember: () => undefined,
      ending: (_, exitCode) => readBuildkitEnd(asBuildctl(progress.last), ofClient(exitCode)),
    }
  }
  const read = EVENTS[plan.log]
  const progress = new TextProgress(read, plan, tell, now)
  const lines = recent((line) => read(line).kind === 'step')
  return {
    progress,
    begin: (step, time) => progress.begin(step, time),
    stepAt: ({ instruction }) => progress.stepOf(instruction ?? '') ?? progress.step,
    remember: lines.add,
    ending: (work, exitCode) =>
      plan.log === 'plain' && work === 'build'
        ? readBuildkitEnd(asBuildctl(plainLast(lines.all())), ofClient(exitCode))
        : readTextEnd(read, work, lines.all(), exitCode),
  }
}

/** The end of a log, and the line that began the present step, however long ago. */
function recent(begins: (line: string) => boolean) {
  const kept: string[] = []
  let dropped: readonly string[] = []
  return {
    add: (text: string): void => {
      kept.push(text.slice(0, CHARACTERS))
      const oldest = kept.length > LINES ? kept.shift() : undefined
      if (oldest !== undefined && begins(oldest)) dropped = [oldest]
    },
    all: (): readonly string[] => [...dropped, ...kept],
  }
}
