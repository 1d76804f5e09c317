import type { BuildEvent } from './build-event.ts'
import type { BuildRecord, Step } from './build-record.ts'
import { DockerfilePosition, type Located } from './dockerfile-position.ts'
import type { ExecutorProgress, ExpectedBuild, TimedLine } from './executor-progress.ts'
import type { TextEvent } from './text-log.ts'
import { locatedStep, PREPARING, ToldSteps } from './told-steps.ts'

/** Of an instruction that no Dockerfile bounds, in characters. */
const LONGEST_TITLE = 500

type StepEvent = Extract<TextEvent, { readonly kind: 'step' }>

/** A log that further commands of ours go on with. */
export interface StepwiseProgress extends ExecutorProgress {
  /** A step that no line tells of: a command of ours, like a push. */
  begin(step: Step, time: string): void
}

/**
 * Reads the text log of buildah, podman or docker's classic builder, line by
 * line, as the story of a build. A RUN can forge any line: what is read here is
 * for people, and decides nothing.
 */
export class TextProgress implements StepwiseProgress {
  readonly #read: (text: string) => TextEvent
  readonly #position: DockerfilePosition
  readonly #dockerfile: ExpectedBuild['dockerfile']
  readonly #steps: ToldSteps
  readonly #begun = new Map<string, Step>()
  #stage = -1
  #isOver = false

  /** `read`: what a line says. `now`: milliseconds since the build began, on the clock that the record is to have. */
  constructor(
    read: (text: string) => TextEvent,
    build: ExpectedBuild,
    tell: (event: BuildEvent) => void,
    now: () => number,
  ) {
    this.#read = read
    this.#position = new DockerfilePosition(build.dockerfile)
    this.#dockerfile = build.dockerfile
    this.#steps = new ToldSteps(build, tell, now)
  }

  get step(): Step | undefined {
    return this.#steps.step
  }

  /** The latest step of an instruction, as the log has it. A RUN may have printed others since. */
  stepOf(instruction: string): Step | undefined {
    return this.#begun.get(instruction)
  }

  take(line: TimedLine): void {
    if (this.#isOver) return
    this.#steps.see(line.time)
    if (this.#steps.step === undefined) this.#steps.begin(PREPARING, -1)
    const event = this.#read(line.text)
    if (event.kind === 'output') {
      this.#steps.print(event.text)
      return
    }
    this.#steps.print(event.before)
    if (event.kind === 'step' && !this.#steps.isFull) this.#begin(event)
    if (event.kind === 'hit') this.#steps.hit()
  }

  begin(step: Step, time: string): void {
    this.#steps.see(time)
    this.#steps.begin(step, -1)
  }

  end(endedMs?: number): void {
    this.#isOver = true
    this.#steps.end(endedMs)
  }

  record(endedMs: number): Omit<BuildRecord, 'phases'> {
    return this.#steps.record(endedMs)
  }

  #begin(event: StepEvent): void {
    const isFrom = /^FROM\s/i.test(event.instruction)
    const found = isFrom ? this.#enter(event) : this.#position.find(event.instruction)
    if (isFrom) this.#stage = found?.stage.index ?? event.stage ?? this.#stage + 1
    const step = found === undefined ? unplaced(event) : locatedStep(found)
    this.#begun.set(event.instruction, step)
    this.#steps.begin(step, this.#stage)
  }

  /** The stage of a FROM: by its number, its name, its text. An earlier stage is told by an id. */
  #enter({ stage, instruction }: StepEvent): Located | undefined {
    if (stage !== undefined) return this.#position.enter(stage)
    const name = /\sAS\s+(\S+)$/i.exec(instruction)?.[1]?.toLowerCase()
    const named = this.#dockerfile.stages.find((one) => one.name === name)
    if (named !== undefined) return this.#position.enter(named.index)
    return this.#position.find(instruction) ?? this.#position.enter(this.#stage + 1)
  }
}

/** Labels that arguments add, and the instructions of a Dockerfile that is not known, stand in no file. */
function unplaced({ instruction }: StepEvent): Step {
  const kind = /^FROM\s/i.test(instruction) ? 'base' : 'instruction'
  const title = instruction.replace(/\s+/g, ' ').trim().slice(0, LONGEST_TITLE)
  return { kind, title, place: undefined }
}
