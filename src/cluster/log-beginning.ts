/** A node begins a new log file at this size, if nothing else is configured (`containerLogMaxSize`). */
const FILE_SIZE = 10 << 20
/** What the node keeps of a line beyond what it serves: `stdout F `. */
const PER_LINE = 9

/** So much of a log shows how fast its container prints: far more than a program says of itself as it starts. */
const SAMPLE = 256 << 10

/** Whoever has listened to silence for so long learns nothing from what follows about what came before. In seconds. */
const PAUSE = 0.5

/** A container that nobody could listen to for so long may have filled a file at any pace, in seconds. */
const LONG = 5

/**
 * Judges whether lines may be missing before the first one that was served.
 *
 * The node serves only the newest of a container's log files, and the log can
 * be asked for only about a second after the container was started, when the
 * node has noticed. A container that has filled a file by then may have lost
 * it, and nothing in what is served says so: a new file begins like the first.
 * What is known is for how long nobody could listen, and how fast the container
 * prints. Where a file could have been filled in that time, it is said.
 */
export class LogBeginning {
  readonly #startedAt: number | undefined
  /** For so long, before the first line, nobody listened. In seconds. */
  #unheard = 0
  #paused = false
  #firstAt: number | undefined
  #size = 0
  #isJudged = false

  /** `startedAt` in milliseconds since 1970, by the node's clock; undefined: unknown, and nothing is ever said. */
  constructor(startedAt: number | undefined) {
    this.#startedAt = startedAt
  }

  /**
   * Told every line until it is judged: its second since 1970, its length in
   * bytes, and for how many seconds we had been listening in silence before it.
   * A sentence where something may be missing, once.
   */
  see(second: number, length: number, silent: number): string | undefined {
    if (this.#isJudged || this.#startedAt === undefined) return undefined
    this.#firstAt ??= this.#begin(second, silent)
    this.#size += length + PER_LINE
    if (this.#unheard < LONG && this.#size < SAMPLE && !this.#paused) return undefined
    this.#isJudged = true
    const pace = this.#paused ? 0 : this.#size / Math.max(second - this.#firstAt, 0.001)
    return this.#unheard >= LONG || pace * this.#unheard >= FILE_SIZE ? this.#sentence() : undefined
  }

  get isJudged(): boolean {
    return this.#isJudged
  }

  #begin(second: number, silent: number): number {
    this.#paused = silent >= PAUSE
    this.#unheard = second - (this.#startedAt ?? 0) / 1000 - silent
    return second
  }

  #sentence(): string {
    return `The beginning of the log may be missing: the container was started up to ${this.#unheard.toFixed(1)} s before the first line that the node still has, and a node keeps only the newest of a log's files.`
  }
}
