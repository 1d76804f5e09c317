/**
 * Puts a node's times on the runner's clock. The least time seen from a line's
 * stamp to its arrival is the difference of the two clocks, and the quickest way
 * here. Milliseconds.
 */
export class ClockOffset {
  readonly #now: () => number
  #offset = Number.POSITIVE_INFINITY
  #last = 0

  /** `now`: the runner's clock. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** The node's time of a line that came just now, from its RFC 3339 stamp. */
  see(stamp: string): number {
    this.stamped(stamp)
    this.#offset = Math.min(this.#offset, this.#now() - this.#last)
    return this.#last
  }

  /** The same for a line that is not to be compared. */
  stamped(stamp: string): void {
    this.#last = Date.parse(stamp) || 0
  }

  /** The node's time of the last line. */
  get last(): number {
    return this.#last
  }

  /** What a node's time is behind the runner's. */
  get shift(): number {
    return Number.isFinite(this.#offset) ? this.#offset : 0
  }
}
