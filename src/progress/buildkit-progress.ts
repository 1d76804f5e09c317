import type { BuildEvent } from './build-event.ts'
import type { BuildRecord, BuildWarning, Step } from './build-record.ts'
import { type BuildkitStatus, parseBuildkitLine, type Vertex } from './buildkit-log.ts'
import { cacheUse } from './cache-lookups.ts'
import { ClockOffset } from './clock-offset.ts'
import type { ExpectedBuild, ExecutorProgress, TimedLine } from './executor-progress.ts'
import { CACHE_NOT_WRITTEN, lintWarning } from './build-warnings.ts'
import {
  cacheOf,
  isCancelled,
  isCulprit,
  lacksCache,
  recorded,
  type ShownVertex,
  shownVertex,
  type StagedStep,
  stepOf,
} from './shown-vertex.ts'
import { namedVertex } from './vertex-name.ts'

/** Of a Dockerfile that nobody bounds. */
const MOST_STEPS = 2_000
/** Of what failed, and of what the client says in the end. */
const LAST_LINES = 200

/** What BuildKit says in the end. */
export interface BuildkitLast {
  /** Lines that are no progress, the newest: the client's last words, or those of what was to start it. */
  readonly words: readonly string[]
  /** What failed, as BuildKit names it, why, and what it printed last. */
  readonly failed:
    { readonly name: string; readonly error: string; readonly output: readonly string[] } | undefined
  /** Name of what is under way, or was last. */
  readonly current: string | undefined
  /** What that printed last. */
  readonly output: readonly string[]
}

/** What the client says of a file system where it writes a layout: nobody has asked for fs-verity. */
const MEANS_NOTHING = /^time=\S+ level=warning msg="failed check for fsverity support"/

const PREPARING: Step = { kind: 'prepare', title: 'prepare', place: undefined }

/**
 * Reads BuildKit's progress, line by line, as the story of a build. Stages are
 * built side by side, and a log has one thing after the other: of what runs at
 * once the first is shown as it happens, the others when it is their turn. What
 * a RUN prints is inside BuildKit's own lines: it can forge none.
 */
export class BuildkitProgress implements ExecutorProgress {
  readonly #build: ExpectedBuild
  readonly #tell: (event: BuildEvent) => void
  readonly #clock: ClockOffset
  readonly #shown = new Map<string, ShownVertex>()
  /** Of vertices that are no steps, and failed all the same. */
  #failedOther: BuildkitLast['failed']
  /** In the order in which they began; those from `#next` on have not been told of. */
  readonly #queue: ShownVertex[] = []
  #next = 0
  #front: ShownVertex | undefined
  #prepare: { began: number; ended: number | undefined } | undefined
  readonly #warnings: BuildWarning[] = []
  readonly #words: string[] = []
  readonly #stagesWithHits = new Set<number>()
  readonly #stagesWithMisses = new Set<number>()
  /** What was under way when nothing more came. */
  #cutOff: ShownVertex | undefined
  #isOver = false

  /** `now`: milliseconds since just before the first create, on the clock that the record is to have. */
  constructor(build: ExpectedBuild, tell: (event: BuildEvent) => void, now: () => number) {
    this.#build = build
    this.#tell = tell
    this.#clock = new ClockOffset(now)
  }

  /** The step that failed, that is under way, or that was last. */
  get step(): Step | undefined {
    const failed = this.#queue.find(isCulprit)
    const shown = failed ?? this.#running() ?? this.#front ?? this.#queue.at(-1)
    if (shown !== undefined) return stepOf(shown)
    return this.#prepare === undefined ? undefined : PREPARING
  }

  get last(): BuildkitLast {
    const failed = this.#queue.find(isCulprit)
    const current = this.#running() ?? this.#queue.at(-1)
    return {
      words: this.#words,
      failed:
        failed === undefined
          ? this.#failedOther
          : { name: failed.name, error: failed.error, output: failed.recent },
      current: current?.name,
      output: current?.recent ?? [],
    }
  }

  take(line: TimedLine): void {
    if (this.#isOver) return
    const at = this.#clock.see(line.time)
    if (this.#prepare === undefined) {
      this.#prepare = { began: at, ended: undefined }
      this.#tell({ kind: 'begin', step: PREPARING })
    }
    const read = parseBuildkitLine(line.text)
    if (read.kind === 'status') this.#status(read.status)
    else if (!MEANS_NOTHING.test(read.text)) this.#say(read.text)
  }

  end(endedMs?: number): void {
    if (this.#isOver) return
    this.#isOver = true
    const at = endedMs === undefined ? this.#clock.last : endedMs - this.#clock.shift
    this.#cutOff = this.#running()
    this.#endPrepare(at)
    for (const shown of this.#queue) {
      shown.ended ??= at
      for (const line of shown.output.end()) this.#printed(shown, line)
    }
    this.#advance()
  }

  record(endedMs: number): Omit<BuildRecord, 'phases'> {
    const ends = endedMs - this.#clock.shift
    const steps = [
      ...this.#prepared(ends),
      ...this.#inOrder().map((shown) => recorded(shown, ends, this.#build)),
    ]
    return {
      steps: steps.map(({ kind, title, place, cache, beganMs, endedMs: ended }) => ({
        kind,
        title,
        place,
        cache,
        beganMs: Math.max(0, Math.min(endedMs, beganMs + this.#clock.shift)),
        endedMs: Math.max(0, Math.min(endedMs, ended + this.#clock.shift)),
      })),
      cache: this.#build.usesCache ? cacheUse(steps) : undefined,
      warnings: this.#warnings,
    }
  }

  #prepared(ends: number): readonly StagedStep[] {
    if (this.#prepare === undefined) return []
    const { began, ended = ends } = this.#prepare
    return [{ ...PREPARING, cache: undefined, stage: -1, beganMs: began, endedMs: Math.max(began, ended) }]
  }

  /** As they began; what failed is last, which is how a build ends. */
  #inOrder(): readonly ShownVertex[] {
    return [...this.#queue.filter((shown) => !isCulprit(shown)), ...this.#queue.filter(isCulprit)]
  }

  #running(): ShownVertex | undefined {
    return this.#cutOff ?? this.#queue.find(({ ended }) => ended === undefined)
  }

  /** What is no progress: of the script, or the client's last words. */
  #say(text: string): void {
    this.#words.push(text)
    if (this.#words.length > LAST_LINES) this.#words.shift()
    if (text !== '') this.#tell({ kind: 'output', text })
  }

  #status({ vertexes, logs, warnings }: BuildkitStatus): void {
    for (const vertex of vertexes) this.#see(vertex)
    for (const { vertex, data } of logs) this.#print(this.#shown.get(vertex), data)
    // Not before: what a vertex printed last may come along with its end.
    this.#advance()
    if (vertexes.some(lacksCache)) this.#warnOnce(CACHE_NOT_WRITTEN)
    for (const warning of warnings) this.#warn(warning)
  }

  #see(vertex: Vertex): void {
    const shown = this.#shown.get(vertex.digest) ?? this.#begin(vertex)
    if (shown === undefined) {
      this.#seeOther(vertex)
      return
    }
    shown.cached ||= vertex.cached
    // Another try counts, unless it was only told to stop.
    const isTried = vertex.completed !== undefined || vertex.error !== ''
    if (isTried && !(shown.error !== '' && isCancelled(vertex.error))) shown.error = vertex.error
    // A base image is done once it is found, and begins again when it is fetched.
    shown.ended = vertex.completed ?? (vertex.started === undefined ? shown.ended : undefined)
  }

  /** What fails although it is no step: an image that cannot be read, a context that cannot be fetched. */
  #seeOther({ name, error }: Vertex): void {
    if (error === '' || isCancelled(error) || /^importing cache /.test(name)) return
    this.#failedOther ??= { name, error, output: [] }
  }

  #begin(vertex: Vertex): ShownVertex | undefined {
    const { started, digest, name } = vertex
    if (started === undefined || this.#queue.length >= MOST_STEPS) return undefined
    const named = namedVertex(name, this.#build)
    if (named === undefined) return undefined
    this.#endPrepare(started)
    const shown = shownVertex(name, named, started)
    this.#shown.set(digest, shown)
    this.#queue.push(shown)
    return shown
  }

  #endPrepare(at: number): void {
    if (this.#prepare === undefined || this.#prepare.ended !== undefined) return
    this.#prepare.ended = Math.max(this.#prepare.began, at)
    const seconds = (this.#prepare.ended - this.#prepare.began) / 1000
    this.#tell({ kind: 'end', step: { ...PREPARING, cache: undefined, endsCache: false, seconds } })
  }

  /** Shows the next step once the one that is shown has ended and another has begun. */
  #advance(): void {
    for (;;) {
      const waits = this.#next < this.#queue.length
      if (this.#front !== undefined) {
        if (this.#front.ended === undefined || !(waits || this.#isOver)) return
        this.#endFront(this.#front)
      }
      const next = this.#queue[this.#next]
      if (next === undefined) return
      this.#next++
      this.#front = next
      next.isTold = true
      this.#tell({ kind: 'begin', step: stepOf(next) })
      for (const line of next.held.take()) this.#tell({ kind: 'output', text: line })
    }
  }

  #endFront(front: ShownVertex): void {
    for (const line of front.output.end()) this.#printed(front, line)
    this.#front = undefined
    const { named, began, ended = began } = front
    const seconds = Math.max(0, ended - began) / 1000
    this.#tell({
      kind: 'end',
      step: {
        ...stepOf(front),
        cache: this.#build.usesCache ? cacheOf(front) : undefined,
        endsCache: this.#endsCache(front),
        seconds,
      },
    })
    if (named.stage < 0) return
    const stages = front.cached ? this.#stagesWithHits : this.#stagesWithMisses
    if (named.kind === 'instruction') stages.add(named.stage)
  }

  #endsCache({ named: { kind, stage }, cached }: ShownVertex): boolean {
    const isFirstMiss = kind === 'instruction' && !cached && !this.#stagesWithMisses.has(stage)
    return this.#build.usesCache && isFirstMiss && this.#stagesWithHits.has(stage)
  }

  #print(shown: ShownVertex | undefined, data: Uint8Array): void {
    if (shown === undefined) return
    for (const line of shown.output.add(data)) this.#printed(shown, line)
  }

  #printed(shown: ShownVertex, line: string): void {
    shown.recent.push(line.slice(0, 4_000))
    if (shown.recent.length > 2 * LAST_LINES) shown.recent = shown.recent.slice(-LAST_LINES)
    if (shown.isTold) this.#tell({ kind: 'output', text: line })
    else shown.held.add(line)
  }

  #warn({ text, line }: BuildkitStatus['warnings'][number]): void {
    const [, rule = 'check', said = text] = /^(\w+): (.*?)(?: \(line \d+\))?$/s.exec(text) ?? []
    this.#warnOnce(lintWarning({ rule, text: said, line }, this.#build.dockerfile))
  }

  #warnOnce(warning: BuildWarning): void {
    const isKnown = this.#warnings.some(({ text, place }) => text === warning.text && place === warning.place)
    if (isKnown || this.#warnings.length >= LAST_LINES) return
    this.#warnings.push(warning)
    this.#tell({ kind: 'warning', warning })
  }
}
