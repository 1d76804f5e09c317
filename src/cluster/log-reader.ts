import type { LogLine } from './cluster-session.ts'
import { LineSplitter } from './log-lines.ts'
import type { LinePiece } from './log-lines.ts'
import { LogPosition } from './log-position.ts'
import type { Replay } from './log-position.ts'

/** `2026-11-23T20:00:00.123456789Z`, and what follows. Source: kubelet, pkg/kubelet/kuberuntime/logs. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
const SPACE = 0x20
const LONGEST_TIMESTAMP = 36

interface StampedLine {
  readonly time: string
  readonly bytes: Buffer
  /** The time is the line's own; otherwise it is that of the line before. */
  readonly own: boolean
}

/**
 * Puts the stretches in which a log arrives together: every line once, in
 * order. Begin each stretch with `begin`, end it with `end`; `finish` after the last.
 */
export class LogReader {
  readonly #onLine: (line: LogLine) => void
  readonly #position = new LogPosition()
  #splitter = new LineSplitter()
  #replay: Replay = this.#position.replay()
  /** The last stretch stopped in the middle of this line. */
  #tail: StampedLine | undefined
  /** The last stretch was read to the end of what the node had. */
  #wasWhole = true
  #fresh = true
  #time = ''
  #gap: string | undefined

  constructor(onLine: (line: LogLine) => void) {
    this.#onLine = onLine
  }

  sinceTime(): string | undefined {
    return this.#position.sinceTime()
  }

  /** Where lines may be missing, in words; undefined if everything joined. */
  get gap(): string | undefined {
    return this.#gap
  }

  begin(): void {
    this.#splitter = new LineSplitter()
    this.#replay = this.#position.replay()
    this.#fresh = true
  }

  push(chunk: Buffer): void {
    for (const piece of this.#splitter.push(chunk)) this.#take(this.#stamped(piece))
  }

  /** `whole`: the server had nothing more to send, as opposed to a cut connection. May be called again to correct it. */
  end(whole: boolean): void {
    const rest = this.#splitter.rest()
    const tail = rest === undefined ? undefined : this.#stamped(rest)
    // One that was cut within its timestamp says nothing yet.
    if (tail?.own === true && !this.#replay.isKnown(tail.time)) this.#keep(tail)
    this.#splitter = new LineSplitter()
    this.#wasWhole = whole
  }

  #keep(tail: StampedLine): void {
    const known = this.#tail
    this.#tail = tail
    if (known === undefined || isWholeOf(tail, known)) return
    if (isWholeOf(known, tail)) this.#tail = known
    else if (this.#fresh && this.#wasWhole) {
      this.#tail = { ...known, bytes: Buffer.concat([known.bytes, tail.bytes]) }
    } else this.#deliver(known)
  }

  /** The last line may have no end. */
  finish(): void {
    if (this.#tail !== undefined) this.#deliver(this.#tail)
    this.#tail = undefined
  }

  #take(line: StampedLine): void {
    if (this.#replay.isKnown(line.time)) return
    const tail = this.#tail
    this.#tail = undefined
    const isFirst = this.#fresh
    this.#fresh = false
    if (tail !== undefined && !isWholeOf(line, tail)) {
      this.#join(tail, line, isFirst)
      return
    }
    if (isFirst) this.#checkGap(line)
    this.#deliver(line)
  }

  /**
   * When the node begins a new log file in the middle of a line, the first
   * stretch ends with its head and the next one begins with its rest.
   */
  #join(tail: StampedLine, line: StampedLine, isFirst: boolean): void {
    if (isFirst && this.#wasWhole) {
      this.#position.delivered(line.time)
      this.#say(tail.time, Buffer.concat([tail.bytes, line.bytes]))
      return
    }
    if (isFirst) this.#checkGap(line)
    this.#deliver(tail)
    this.#deliver(line)
  }

  #checkGap(line: StampedLine): void {
    if (this.#wasWhole || this.#replay.meets) return
    this.#gap ??= `lines between ${this.#position.last} and ${line.time} may be missing, because the node had begun a new log file when the connection was made again`
  }

  #deliver(line: StampedLine): void {
    this.#position.delivered(line.time)
    this.#say(line.time, line.bytes)
  }

  #say(time: string, bytes: Buffer): void {
    this.#onLine({ time, text: bytes.toString('utf8') })
  }

  #stamped({ bytes, continues }: LinePiece): StampedLine {
    if (continues) return { time: this.#time, bytes, own: true }
    const space = bytes.indexOf(SPACE)
    const time = bytes.toString(
      'latin1',
      0,
      space < 0 ? LONGEST_TIMESTAMP : Math.min(space, LONGEST_TIMESTAMP),
    )
    // The kubelet's own remarks stand in the log without a time.
    if (!isTimestamp(time)) return { time: this.#time, bytes, own: false }
    this.#time = time
    return { time, bytes: bytes.subarray(space < 0 ? bytes.length : space + 1), own: true }
  }
}

function isTimestamp(text: string): boolean {
  return text.length >= 20 && text.charCodeAt(10) === 0x54 && TIMESTAMP.test(text)
}

function isWholeOf(line: StampedLine, tail: StampedLine): boolean {
  return line.time === tail.time && line.bytes.subarray(0, tail.bytes.length).equals(tail.bytes)
}
