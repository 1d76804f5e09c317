import type { BuildEvent } from './build-event.ts'
import type { BuildRecord, BuildWarning, Step, StepRecord } from './build-record.ts'
import { CacheLookups, cacheUse } from './cache-lookups.ts'
import type { Lookup } from './cache-lookups.ts'
import { DockerfilePosition } from './dockerfile-position.ts'
import type { Located } from './dockerfile-position.ts'
import { ClockOffset } from './clock-offset.ts'
import { isUnknown } from './dockerfile.ts'
import type { ExecutorProgress, ExpectedBuild, TimedLine } from './executor-progress.ts'
import { displayOf, lastOfProgress } from './kaniko-display.ts'
import { kanikoEvent } from './kaniko-event.ts'
import type { KanikoEvent } from './kaniko-event.ts'
import { parseKanikoLine } from './kaniko-log.ts'
import type { KanikoLine } from './kaniko-log.ts'
import { CACHE_NOT_WRITTEN, lintWarning } from './build-warnings.ts'
import { ignoredPart } from './kaniko-warning.ts'

/** A step that has begun. Times in milliseconds by the node's clock. */
interface OpenStep extends Lookup {
  readonly step: Step
  /** The instruction, as the log has it; empty for another step. */
  readonly text: string
  readonly began: number
}

/** Of an instruction that no Dockerfile bounds, in characters. */
const LONGEST_TITLE = 500

/** Of a Dockerfile that is not known here. */
const MOST_UNKNOWN_STEPS = 500

const PREPARING: Step = { kind: 'prepare', title: 'prepare', place: undefined }
const NOT_LOOKED_UP: Lookup = { cache: undefined, endsCache: false }
const FINISHING: Step = { kind: 'finish', title: 'keep files for later stages', place: undefined }

/**
 * Reads Kaniko's log, line by line, as the story of a build: its steps, what
 * each prints, how long each takes, what the cache had. Instructions are
 * matched in order against the Dockerfile, where that is known. A RUN can forge any line: what is
 * read here is for people, and decides nothing.
 */
export class KanikoProgress implements ExecutorProgress {
  readonly #build: ExpectedBuild
  readonly #tell: (event: BuildEvent) => void
  readonly #position: DockerfilePosition
  readonly #steps: (StepRecord & { readonly stage: number })[] = []
  readonly #warnings: BuildWarning[] = []
  readonly #pushedToCache = new Set<string>()
  readonly #cacheRepositories = new Set<string>()
  /** A RUN that prints its own instruction again and again may not fill memory and summary. */
  readonly #mostSteps: number
  readonly #lookups: CacheLookups
  #open: OpenStep | undefined
  #stage = -1
  readonly #clock: ClockOffset
  #time = ''
  #isOver = false
  /** All that follows is how Kaniko is used. */
  #usage = false

  /** `now`: milliseconds since just before the first create, on the clock that the record is to have. */
  constructor(build: ExpectedBuild, tell: (event: BuildEvent) => void, now: () => number) {
    this.#build = build
    this.#tell = tell
    this.#clock = new ClockOffset(now)
    this.#position = new DockerfilePosition(build.dockerfile)
    const { stages } = build.dockerfile
    const known = stages.reduce((sum, { instructions }) => sum + instructions.length, 0)
    this.#mostSteps = isUnknown(build.dockerfile) ? MOST_UNKNOWN_STEPS : 100 + 10 * known
    this.#lookups = new CacheLookups(this.#mostSteps)
  }

  get step(): Step | undefined {
    return this.#open?.step ?? this.#steps.at(-1)
  }

  take(line: TimedLine): void {
    if (this.#isOver) return
    this.#clock.stamped(line.time)
    this.#time = line.time
    const read = parseKanikoLine(line.text)
    if (this.#open === undefined) this.#begin(PREPARING, this.#clock.see(this.#time))
    const event = kanikoEvent(read)
    if (event === undefined || read.kind === 'output') this.#printed(line.text)
    else this.#message(read, event)
  }

  end(endedMs?: number): void {
    this.#isOver = true
    this.#close(endedMs === undefined ? this.#clock.last : endedMs - this.#clock.shift)
  }

  record(endedMs: number): Omit<BuildRecord, 'phases'> {
    const open = this.#open
    const steps =
      open === undefined ? this.#steps : [...this.#steps, this.#recorded(open, endedMs - this.#clock.shift)]
    return {
      steps: steps.map(({ kind, title, place, cache, beganMs, endedMs: ended }) => ({
        kind,
        title,
        place,
        cache,
        beganMs: Math.max(0, beganMs + this.#clock.shift),
        endedMs: Math.max(0, Math.min(endedMs, ended + this.#clock.shift)),
      })),
      cache: this.#build.usesCache ? cacheUse(steps) : undefined,
      warnings: this.#warnings,
    }
  }

  /**
   * Before the first stage Kaniko fetches the context, with git's progress bars,
   * or explains all its flags because of one mistake; later it is a RUN's.
   */
  #printed(text: string): void {
    const isEarly = this.#stage < 0
    this.#usage ||= isEarly && text === 'Usage:'
    if (!this.#usage) this.#tell({ kind: 'output', text: isEarly ? lastOfProgress(text) : text })
  }

  #message(line: Extract<KanikoLine, { kind: 'message' }>, event: KanikoEvent): void {
    const at = this.#clock.see(this.#time)
    const begun = this.#beginning(event)
    if (begun === undefined) {
      this.#note(line, event)
      this.#show(line, event)
      return
    }
    // What a process left without a line end belongs to the step before.
    if (line.before !== undefined) this.#tell({ kind: 'output', text: line.before })
    this.#begin(begun, at, event.kind === 'instruction' ? event.text : '')
  }

  /** The step that this message begins, if it does. */
  #beginning(event: KanikoEvent): Step | undefined {
    if (this.#steps.length >= this.#mostSteps) return undefined
    if (event.kind === 'stage') return this.#enterStage(event)
    if (event.kind === 'instruction') return this.#instruction(event.text)
    if (event.kind === 'pushing') return this.#push(event.reference)
    return event.kind === 'keeping' && this.#open?.step.kind === 'instruction' ? FINISHING : undefined
  }

  #enterStage({ index, base }: Extract<KanikoEvent, { kind: 'stage' }>): Step {
    this.#stage = index
    this.#lookups.enterStage()
    const from = this.#position.enter(index)
    return from === undefined
      ? { kind: 'base', title: `FROM ${base}`, place: undefined }
      : { kind: 'base', title: titleOf(from), place: from.instruction.place }
  }

  #instruction(text: string): Step | undefined {
    const found = this.#position.find(text)
    if (found !== undefined) {
      return { kind: 'instruction', title: titleOf(found), place: found.instruction.place }
    }
    if (isUnknown(this.#build.dockerfile)) {
      return { kind: 'instruction', title: `[stage-${this.#stage}] ${shortened(text)}`, place: undefined }
    }
    // What a base image's ONBUILD adds runs before the stage's own instructions.
    const { step } = this.#open ?? { step: PREPARING }
    const mayBeTriggered = step.kind === 'base' || step.title.startsWith('ONBUILD ')
    return mayBeTriggered
      ? { kind: 'instruction', title: `ONBUILD ${shortened(text)}`, place: step.place }
      : undefined
  }

  #push(reference: string): Step | undefined {
    const wanted = this.#build.destinations.find((destination) => isSameImage(reference, destination))
    return wanted === undefined ? undefined : { kind: 'push', title: `push ${wanted}`, place: undefined }
  }

  /** Remembers what a message says about the cache, and what it warns of. */
  #note(line: Extract<KanikoLine, { kind: 'message' }>, event: KanikoEvent): void {
    if (event.kind === 'cache-hit') this.#lookups.hit(event.instruction)
    if (event.kind === 'cache-miss') this.#lookups.miss(event.instruction)
    if (event.kind === 'cache-write') this.#rememberCache(event.reference)
    if (event.kind === 'running') this.#lookups.close()
    if (event.kind === 'lint' && this.#stage < 0) this.#warn(lintWarning(event, this.#build.dockerfile))
    if (event.kind === 'cache-trouble') this.#warnOnce(CACHE_NOT_WRITTEN)
    if (event.kind === 'other' && line.level === 'warning') this.#warnOfIgnored(line.message)
  }

  #warnOfIgnored(message: string): void {
    const { step, text } = this.#open ?? { step: PREPARING, text: '' }
    const warning = ignoredPart(message, text, step.place)
    if (warning !== undefined) this.#warnOnce(warning)
  }

  #warnOnce(warning: BuildWarning): void {
    const isKnown = this.#warnings.some(({ text, place }) => text === warning.text && place === warning.place)
    if (!isKnown) this.#warn(warning)
  }

  #warn(warning: BuildWarning): void {
    this.#warnings.push(warning)
    this.#tell({ kind: 'warning', warning })
  }

  #show(line: KanikoLine, event: KanikoEvent): void {
    const isCaches = 'reference' in event && this.#isOfCache(event.reference)
    const text = displayOf(line, isCaches ? { kind: 'noise' } : event)
    if (text !== undefined) this.#tell({ kind: 'output', text })
  }

  /** Layers go to the cache beside the instructions that follow. */
  #isOfCache(reference: string): boolean {
    if (this.#pushedToCache.has(reference)) return true
    return this.#cacheRepositories.has(reference.replace(/@sha256:.*$/, ''))
  }

  #rememberCache(reference: string): void {
    if (this.#pushedToCache.size >= this.#mostSteps) return
    this.#pushedToCache.add(reference)
    this.#cacheRepositories.add(reference.replace(/:[0-9a-f]{64}$/, ''))
  }

  #begin(step: Step, at: number, text = ''): void {
    this.#close(at)
    const isLookedUp = step.kind === 'instruction' && this.#build.usesCache
    this.#open = { step, text, began: at, ...(isLookedUp ? this.#lookups.take(text) : NOT_LOOKED_UP) }
    this.#tell({ kind: 'begin', step })
  }

  #close(at: number): void {
    const open = this.#open
    if (open === undefined) return
    const recorded = this.#recorded(open, at)
    this.#steps.push(recorded)
    this.#open = undefined
    const { step, cache, endsCache } = open
    this.#tell({
      kind: 'end',
      step: { ...step, cache, endsCache, seconds: (recorded.endedMs - recorded.beganMs) / 1000 },
    })
  }

  #recorded({ step, began, cache }: OpenStep, ended: number): StepRecord & { readonly stage: number } {
    return { ...step, cache, stage: this.#stage, beganMs: began, endedMs: Math.max(began, ended) }
  }
}

/** `[build 3/6] RUN npm ci`, as BuildKit counts; the only stage needs no name. */
function titleOf({ stage, isAlone, instruction, position }: Located): string {
  const name = isAlone ? '' : `${stage.name} `
  return `[${name}${position}/${stage.instructions.length}] ${instruction.text}`
}

/** Docker Hub's images have a long name and a short one. */
function isSameImage(reference: string, destination: string): boolean {
  const short = reference.replace(/^(?:index\.)?docker\.io\/(?:library\/)?/, '')
  return (
    reference === destination || short === destination.replace(/^(?:index\.)?docker\.io\/(?:library\/)?/, '')
  )
}

const shortened = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_TITLE)
