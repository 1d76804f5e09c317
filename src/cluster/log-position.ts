const SECOND = 1e9

/** So many lines are remembered at least, and at most twice as many: a second of a flood has a million. */
const REMEMBERED = 4_096

/**
 * How far a log has been delivered: the moments of its last lines (see
 * `LogStamp`) in the order of delivery. The server cuts `sinceTime` to whole
 * seconds, so what a re-opened log begins with has been seen. A line is known
 * by its moment and its place among the lines of that moment. It is asked for
 * two seconds, because standard output and error are stamped by two writers
 * and may stand in the log slightly out of order.
 */
export class LogPosition {
  /** Numbers and not the times themselves: eight bytes a line, and no line is held by what was cut out of it. */
  #moments: number[] = []
  #newest = Number.NEGATIVE_INFINITY
  #hasForgotten = false

  /** Moment of the line delivered last; undefined before the first. */
  get last(): number | undefined {
    return this.#moments.at(-1)
  }

  /** Moment from which to ask again; undefined before the first line. */
  get askFrom(): number | undefined {
    return this.#moments.length === 0 ? undefined : (Math.floor(this.#newest / SECOND) - 1) * SECOND
  }

  /** Whether more lines would be repeated than are remembered. */
  get isFlood(): boolean {
    const [oldest] = this.#moments
    return this.#moments.length >= REMEMBERED && oldest !== undefined && oldest > (this.askFrom ?? 0)
  }

  /** Whether exactly one of the remembered lines is of this moment: a log may be joined at it. */
  isUnique(moment: number): boolean {
    const found = this.#moments.indexOf(moment)
    return found >= 0 && this.#moments.lastIndexOf(moment) === found
  }

  delivered(moment: number): void {
    if (moment > this.#newest) this.#newest = moment
    this.#moments.push(moment)
    if (this.#moments.length < 2 * REMEMBERED) return
    // Lines of one moment are counted: remembered are all of them, or none.
    let begin = REMEMBERED
    while (begin > 0 && this.#moments[begin] === this.#moments[begin - 1]) begin--
    this.#moments = this.#moments.slice(begin)
    this.#hasForgotten = true
  }

  /** Begins to read again from `askFrom`, or from any time before. */
  replay(): Replay {
    return new Replay(this.#moments, this.#newest, this.#hasForgotten)
  }
}

/** A stretch of log that may begin with lines already delivered. */
export class Replay {
  readonly #moments: readonly number[]
  readonly #count: number
  readonly #newest: number
  readonly #hasForgotten: boolean
  #next = 0

  /** `hasForgotten`: there were lines before the first of these. */
  constructor(moments: readonly number[], newest: number, hasForgotten: boolean) {
    this.#moments = moments
    this.#count = moments.length
    this.#newest = newest
    this.#hasForgotten = hasForgotten
  }

  /** Whether this line was delivered before; each can be asked about once, in the log's order. */
  isKnown(moment: number): boolean {
    if (this.#next >= this.#count) return false
    if (this.#moments[this.#next] === moment) {
      this.#next++
      return true
    }
    if (moment > this.#newest) return false
    // A file that was begun within these lines repeats only the last of them.
    const found = this.#moments.indexOf(moment, this.#next + 1)
    if (found >= 0 && found < this.#count) {
      this.#next = found + 1
      return true
    }
    // What comes before all that is remembered was delivered. Older than the middle, for the two writers' sake.
    return this.#hasForgotten && this.#next === 0 && moment < (this.#moments[this.#count >> 1] ?? moment)
  }

  /** Whether the line delivered last was met again, so that nothing between can be missing. */
  get meets(): boolean {
    return this.#next >= this.#count
  }
}
