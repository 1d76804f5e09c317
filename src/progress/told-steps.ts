import type { BuildEvent } from './build-event.ts'
import type { BuildRecord, Step, StepRecord } from './build-record.ts'
import { cacheUse } from './cache-lookups.ts'
import { ClockOffset } from './clock-offset.ts'
import type { Located } from './dockerfile-position.ts'
import type { ExpectedBuild } from './executor-progress.ts'

/** A RUN that prints the beginning of a step again and again may not fill memory and summary. */
const MOST_STEPS = 2_000

/** A step that has begun; the last lines of it decide what the cache had. */
interface OpenStep {
  readonly step: Step
  readonly stage: number
  readonly began: number
  cache: StepRecord['cache']
}

type StagedStep = StepRecord & { readonly stage: number }

/** The steps of a builder that does one after the other, told as they begin and end, and kept for the record. */
export class ToldSteps {
  readonly #build: ExpectedBuild
  readonly #tell: (event: BuildEvent) => void
  readonly #clock: ClockOffset
  readonly #steps: StagedStep[] = []
  #open: OpenStep | undefined

  constructor(build: ExpectedBuild, tell: (event: BuildEvent) => void, now: () => number) {
    this.#build = build
    this.#tell = tell
    this.#clock = new ClockOffset(now)
  }

  get step(): Step | undefined {
    return this.#open?.step ?? this.#steps.at(-1)
  }

  get isFull(): boolean {
    return this.#steps.length >= MOST_STEPS
  }

  /** Takes the time of the line that came just now. */
  see(stamp: string): void {
    this.#clock.see(stamp)
  }

  /** The step before has ended; `stage` is its number in the Dockerfile, -1 for none. */
  begin(step: Step, stage: number): void {
    this.#close(this.#clock.last)
    const isLookedUp = step.kind === 'instruction' && this.#build.usesCache
    this.#open = { step, stage, began: this.#clock.last, cache: isLookedUp ? 'miss' : undefined }
    this.#tell({ kind: 'begin', step })
  }

  print(text: string): void {
    if (text !== '') this.#tell({ kind: 'output', text })
  }

  /** What the step under way makes was in the cache. */
  hit(): void {
    if (this.#open?.cache === 'miss') this.#open.cache = 'hit'
  }

  /** The step under way ends with the last line, or at `endedMs` of the record's clock. */
  end(endedMs?: number): void {
    this.#close(endedMs === undefined ? this.#clock.last : endedMs - this.#clock.shift)
  }

  record(endedMs: number): Omit<BuildRecord, 'phases'> {
    const { shift } = this.#clock
    const open = this.#open
    const steps = open === undefined ? this.#steps : [...this.#steps, recorded(open, endedMs - shift)]
    return {
      steps: steps.map(({ kind, title, place, cache, beganMs, endedMs: ended }) => ({
        kind,
        title,
        place,
        cache,
        beganMs: Math.max(0, beganMs + shift),
        endedMs: Math.max(0, Math.min(endedMs, ended + shift)),
      })),
      cache: this.#build.usesCache ? cacheUse(steps) : undefined,
      warnings: [],
    }
  }

  #close(at: number): void {
    const open = this.#open
    if (open === undefined) return
    const step = recorded(open, at)
    const endsCache = this.#endsCache(step)
    this.#steps.push(step)
    this.#open = undefined
    const seconds = (step.endedMs - step.beganMs) / 1000
    this.#tell({ kind: 'end', step: { ...open.step, cache: open.cache, endsCache, seconds } })
  }

  #endsCache({ cache, stage }: StagedStep): boolean {
    const before = this.#steps.filter((step) => step.stage === stage)
    const had = (what: 'hit' | 'miss') => before.some((step) => step.cache === what)
    return cache === 'miss' && had('hit') && !had('miss')
  }
}

function recorded({ step, stage, began, cache }: OpenStep, ended: number): StagedStep {
  return { ...step, cache, stage, beganMs: began, endedMs: Math.max(began, ended) }
}

export const PREPARING: Step = { kind: 'prepare', title: 'prepare', place: undefined }

/** `[build 3/6] RUN npm ci`, as BuildKit counts; the only stage needs no name. */
export function locatedStep({ stage, isAlone, instruction, position }: Located): Step {
  const name = isAlone ? '' : `${stage.name} `
  return {
    kind: instruction.keyword === 'FROM' ? 'base' : 'instruction',
    title: `[${name}${position}/${stage.instructions.length}] ${instruction.text}`,
    place: instruction.place,
  }
}
