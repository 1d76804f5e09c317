import type { Clock } from '../clock.ts'
import type { Api } from './api.ts'
import type { LogReader } from './log-reader.ts'
import { LogStretch } from './log-stretch.ts'

export interface LogSource {
  /** Path of the pod's log. */
  readonly path: string
  readonly container: string
  /** When the container was started, in milliseconds since 1970, by the node's clock. */
  readonly startedAt: number | undefined
}

/** A stretch that brings so many bytes at once may be behind. A node fills ten times as much before it begins a new file. */
const FLOOD = 1 << 20
/** At least so long between two looks at where the node's present file begins, in milliseconds. */
const LOOK_MS = 4_000
/** A node begins at most one new file in so long (`containerLogMonitorInterval`), in milliseconds. */
const ROTATION_MS = 10_000

/** The node looks through a whole file for the first line that is asked for. In milliseconds. */
const FIRST_LINE_MS = 8_000

/** Where very many lines would be repeated, a log is joined at so many of the last ones instead. */
const OVERLAP = 1_024

interface Held {
  readonly stretch: LogStretch
  /** Moment of its first line. */
  readonly begins: number
}

/**
 * The log files of a container, of which the node serves only the newest.
 * Whoever reads slower than the container prints (a node serves some 60,000
 * lines a second) is still in one file when the node begins the next. A stretch
 * that was opened stays in its file, so with every flood it is looked where the
 * node's present file begins; a new one is opened at once and held until the
 * old one is read.
 */
export class LogFiles {
  readonly #api: Api
  readonly #source: LogSource
  readonly #reader: LogReader
  readonly #clock: Clock
  readonly #signal: AbortSignal
  #held: readonly Held[] = []
  #closed = false
  #look: Promise<void> | undefined
  #lookedAt = Number.NEGATIVE_INFINITY
  /** By our clock, when it was last known which file is the node's present one. */
  #knownAt = Number.NEGATIVE_INFINITY
  #sinceOpened = 0
  #sinceLook = 0

  constructor(api: Api, source: LogSource, reader: LogReader, clock: Clock, signal: AbortSignal) {
    this.#api = api
    this.#source = source
    this.#reader = reader
    this.#clock = clock
    this.#signal = signal
  }

  /** Moment at which the next held stretch begins. */
  get border(): number | undefined {
    return this.#held[0]?.begins
  }

  /** Whether a further stretch is held. */
  hasNext(): boolean {
    return this.#held.length > 0
  }

  /** This stretch has brought so much that a new file may have been begun without it. */
  get hadFlood(): boolean {
    return this.#sinceOpened >= FLOOD
  }

  /** The same, with something new since the last look. */
  get isFlood(): boolean {
    return this.hadFlood && this.#sinceLook > 0
  }

  /** No file can have come and gone without our knowing. */
  get areKnown(): boolean {
    return !this.hadFlood || this.#clock.now() - this.#knownAt < ROTATION_MS
  }

  /** The next stretch that is held, if any. */
  next(): LogStretch | undefined {
    const [first, ...others] = this.#held
    this.#held = others
    if (first !== undefined) this.#sinceOpened = 0
    return first?.stretch
  }

  /** From where the reader stands. Throws like `Api.stream`. */
  async open(how: { readonly follow: boolean }, signal: AbortSignal): Promise<LogStretch> {
    const opened = (await this.#openAtLast(how, signal)) ?? (await this.#open(how, {}, signal))
    this.#sinceOpened = 0
    this.#knownAt = this.#clock.now()
    return opened
  }

  /** Counts what a stretch has brought; `stop` is called where another takes its place. */
  took(bytes: number, stretch: LogStretch, stop: () => void): void {
    this.#sinceOpened += bytes
    this.#sinceLook += bytes
    if (this.#sinceLook < FLOOD || this.#clock.now() - this.#lookedAt < LOOK_MS) return
    void this.lookAhead(stretch, stop)
  }

  /**
   * Looks where the node's present file begins. Where that is a new one, it is
   * held; otherwise it takes the place of a follow: a flood is read in a fifth
   * of the time by whoever asks for what is there, in larger pieces.
   */
  lookAhead(stretch: LogStretch, stop: () => void): Promise<void> {
    this.#look ??= this.#lookAhead(stretch, stop).finally(() => (this.#look = undefined))
    return this.#look
  }

  async #lookAhead(stretch: LogStretch, stop: () => void): Promise<void> {
    this.#sinceLook = 0
    this.#lookedAt = this.#clock.now()
    try {
      const ahead = await this.#open({ follow: false }, {}, this.#signal)
      const began = this.#clock.now()
      const begins = await this.#beginningOf(ahead)
      if (begins === undefined || this.#closed) {
        ahead.stop()
        return
      }
      this.#knownAt = began
      this.#keep(ahead, begins, stretch, stop)
    } catch {
      // It is looked again; and a reader that learns nothing of files says so (`areKnown`).
    }
  }

  #keep(ahead: LogStretch, begins: number, stretch: LogStretch, stop: () => void): void {
    const isNew = begins > (this.#reader.last ?? Number.NEGATIVE_INFINITY)
    if (isNew && begins !== this.#held.at(-1)?.begins) {
      this.#held = [...this.#held, { stretch: ahead, begins }]
      if (stretch.follows) this.#reader.setBorder(this.border)
    } else if (isNew || !stretch.follows || stretch.isStopped || this.#held.length > 0) {
      ahead.stop()
    } else {
      this.#held = [{ stretch: ahead, begins }]
      stop()
    }
  }

  close(): void {
    this.#closed = true
    for (const { stretch } of this.#held) stretch.stop()
    this.#held = []
  }

  /** Moment of its first line, which a server that has one gives without delay. */
  async #beginningOf(stretch: LogStretch): Promise<number | undefined> {
    const enough = new AbortController()
    const late = this.#clock.sleep(FIRST_LINE_MS, enough.signal)
    const first = await Promise.race([stretch.first(), late])
    enough.abort()
    return first === undefined ? undefined : this.#reader.momentOf(first)
  }

  /** From the last lines on, of very many that would be repeated; undefined where the log does not join there. */
  async #openAtLast(how: { readonly follow: boolean }, signal: AbortSignal): Promise<LogStretch | undefined> {
    if (!this.#reader.isFlood) return undefined
    const opened = await this.#open(how, { tailLines: String(OVERLAP) }, signal)
    const begins = await this.#beginningOf(opened)
    if (begins !== undefined && this.#reader.joins(begins)) return opened
    opened.stop()
    return undefined
  }

  async #open(
    { follow }: { readonly follow: boolean },
    more: { readonly tailLines?: string },
    signal: AbortSignal,
  ): Promise<LogStretch> {
    const query = {
      container: this.#source.container,
      timestamps: 'true',
      sinceTime: this.#reader.sinceTime(),
      ...(follow ? { follow: 'true' } : {}),
      ...more,
    }
    return new LogStretch(await this.#api.stream(this.#source.path, query, signal), follow)
  }
}
