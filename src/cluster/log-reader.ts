import type { LogListener } from './cluster-session.ts'
import { LineSplitter } from './log-lines.ts'
import { LogPosition } from './log-position.ts'
import type { Replay } from './log-position.ts'
import { LogStamp } from './log-stamp.ts'

/**
 * When the node begins a new log file, one writer still empties into the old
 * one what it had buffered while another already writes the new one: lines of
 * the old file may be a little younger than the new one's first. In nanoseconds.
 */
const TWO_WRITERS = 1e9

/** The end of a stretch in the middle of a line. */
interface Tail {
  readonly moment: number
  readonly time: string
  readonly bytes: Buffer
}

/**
 * Puts the stretches in which a log arrives together: every line once, in
 * order, and a mark where lines may be missing. Begin each stretch with
 * `begin`, end it with `end`; `finish` after the last.
 */
export class LogReader {
  readonly #listener: LogListener
  readonly #position = new LogPosition()
  readonly #stamp = new LogStamp()
  #splitter = this.#newSplitter()
  #replay: Replay = this.#position.replay()
  /** The last stretch stopped in the middle of this line. */
  #tail: Tail | undefined
  /** What the node had until this moment was read to its end in the last stretch. */
  #wholeUntil = Number.POSITIVE_INFINITY
  #fresh = true
  /** Of the line that is being read: one without a time of its own has that of the line before. */
  #moment = 0
  #time = ''
  #lastTime = ''
  #gaps: string[] = []
  #border = Number.POSITIVE_INFINITY
  #atBorder = false

  constructor(listener: LogListener) {
    this.#listener = listener
  }

  /** What to ask the server for, to miss nothing; undefined: from the beginning. */
  sinceTime(): string | undefined {
    const from = this.#position.askFrom
    if (from === undefined) return undefined
    return new Date(this.#stamp.secondsOf(from) * 1000).toISOString().replace('.000Z', 'Z')
  }

  /** Moment of the line delivered last; undefined before the first. */
  get last(): number | undefined {
    return this.#position.last
  }

  /** From `sinceTime` on the server would repeat very many lines. */
  get isFlood(): boolean {
    return this.#position.isFlood
  }

  /** Places where lines may be missing, in words. */
  get gaps(): readonly string[] {
    return this.#gaps
  }

  /** Lines from the border on are left to the next stretch. */
  get isAtBorder(): boolean {
    return this.#atBorder
  }

  /** The moment of the line that the bytes begin with; undefined if they do not begin with a time. */
  momentOf(chunk: Buffer): number | undefined {
    return this.#stamp.read(chunk, 0, chunk.length) ? this.#stamp.moment : undefined
  }

  /** Whether a stretch that begins with this moment joins without doubt. */
  joins(moment: number): boolean {
    return this.#position.isUnique(moment)
  }

  begin(border: number | undefined): void {
    this.#splitter = this.#newSplitter()
    this.#replay = this.#position.replay()
    this.#fresh = true
    this.setBorder(border)
  }

  /**
   * A further stretch begins with the line of this moment: a follow that comes
   * to it, or jumps over it, is left. Undefined: none is known.
   */
  setBorder(border: number | undefined): void {
    this.#border = border ?? Number.POSITIVE_INFINITY
    this.#atBorder = false
  }

  push(chunk: Buffer): void {
    this.#splitter.push(chunk)
  }

  /**
   * `wholeUntil`: the moment until which the stretch had all that the node had
   * (infinity: it was the end of a log file; its negative: a cut connection).
   * Lines of a file that had been begun by then follow without a gap. May be
   * called again to correct it.
   */
  end(wholeUntil: number): void {
    // What lies beyond the border comes again.
    if (!this.#atBorder)
      this.#splitter.flush((bytes, begin, end, continues) => this.#keep(bytes, begin, end, continues))
    this.#splitter = this.#newSplitter()
    this.#wholeUntil = wholeUntil
  }

  /** The last line may have no end. */
  finish(): void {
    const tail = this.#tail
    this.#tail = undefined
    if (tail !== undefined) this.#deliver(tail.moment, tail.time, tail.bytes, 0, tail.bytes.length)
  }

  /** One that was cut within its timestamp says nothing yet. */
  #keep(bytes: Buffer, begin: number, end: number, continues: boolean): void {
    const text = this.#textOf(bytes, begin, end, continues)
    if (text < 0 || this.#replay.isKnown(this.#moment)) return
    this.#noteTime(bytes, begin, text)
    const tail: Tail = {
      moment: this.#moment,
      time: this.#time,
      bytes: Buffer.from(bytes.subarray(text, end)),
    }
    const known = this.#tail
    this.#tail = tail
    if (known === undefined || isWholeOf(tail, known)) return
    if (isWholeOf(known, tail)) this.#tail = known
    else if (this.#fresh && this.#wasWhole()) {
      this.#tail = { ...known, bytes: Buffer.concat([known.bytes, tail.bytes]) }
    } else this.#deliver(known.moment, known.time, known.bytes, 0, known.bytes.length)
  }

  #take(bytes: Buffer, begin: number, end: number, continues: boolean): void {
    if (this.#atBorder) return
    const text = Math.max(begin, this.#textOf(bytes, begin, end, continues))
    if (this.#replay.isKnown(this.#moment)) return
    if (this.#moment === this.#border || this.#moment > this.#border + TWO_WRITERS) {
      this.#atBorder = true
      return
    }
    this.#noteTime(bytes, begin, text)
    const isFirst = this.#fresh
    this.#fresh = false
    if (this.#tail !== undefined) this.#takeAfter(this.#tail, bytes, text, end, isFirst)
    else {
      if (isFirst) this.#checkGap()
      this.#deliver(this.#moment, this.#time, bytes, text, end)
    }
  }

  /**
   * When the node begins a new log file in the middle of a line, the first
   * stretch ends with its head and the next one begins with its rest.
   */
  #takeAfter(tail: Tail, bytes: Buffer, text: number, end: number, isFirst: boolean): void {
    this.#tail = undefined
    const line: Tail = { moment: this.#moment, time: this.#time, bytes: bytes.subarray(text, end) }
    if (isWholeOf(line, tail)) {
      this.#deliver(line.moment, line.time, bytes, text, end)
    } else if (isFirst && this.#wasWhole()) {
      const whole = Buffer.concat([tail.bytes, line.bytes])
      this.#deliver(line.moment, tail.time, whole, 0, whole.length)
    } else {
      this.#deliver(tail.moment, tail.time, tail.bytes, 0, tail.bytes.length)
      if (isFirst) this.#checkGap()
      this.#deliver(line.moment, line.time, bytes, text, end)
    }
  }

  /** Whether the last stretch was complete when the present line's file was begun. */
  #wasWhole(): boolean {
    return this.#moment < this.#wholeUntil
  }

  #checkGap(): void {
    if (this.#wasWhole() || this.#replay.meets) return
    const gap = `between ${this.#lastTime} and ${this.#time}`
    this.#gaps.push(gap)
    this.#listener.gap(
      `Lines may be missing here, ${gap}: the node had begun a new log file before the old one was read to its end.`,
    )
  }

  #deliver(moment: number, time: string, bytes: Buffer, begin: number, end: number): void {
    this.#position.delivered(moment)
    this.#lastTime = time
    this.#listener.line({ time, text: bytes.toString('utf8', begin, end) })
  }

  /** Where a line's text begins, after its time; -1 if it has none. Notes its moment. */
  #textOf(bytes: Buffer, begin: number, end: number, continues: boolean): number {
    if (continues) return begin
    // The kubelet's own remarks stand in the log without a time.
    if (!this.#stamp.read(bytes, begin, end)) return -1
    this.#moment = this.#stamp.moment
    return Math.min(begin + this.#stamp.length + 1, end)
  }

  #noteTime(bytes: Buffer, begin: number, text: number): void {
    if (text > begin) this.#time = bytes.toString('latin1', begin, begin + this.#stamp.length)
  }

  #newSplitter(): LineSplitter {
    return new LineSplitter((bytes, begin, end, continues) => this.#take(bytes, begin, end, continues))
  }
}

function isWholeOf(line: Tail, tail: Tail): boolean {
  return line.moment === tail.moment && line.bytes.subarray(0, tail.bytes.length).equals(tail.bytes)
}
