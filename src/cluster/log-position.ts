const SECOND_LENGTH = '2026-11-23T20:00:00'.length

/**
 * How far a log has been delivered, kept in a few numbers a line for the two
 * newest seconds: the server cuts `sinceTime` to whole seconds, so what a
 * re-opened log begins with has been seen. A line is known by its timestamp
 * and its ordinal among the lines of that timestamp; two seconds, because
 * standard output and error are stamped by two writers and may stand in the
 * log slightly out of order.
 */
export class LogPosition {
  #newest = Number.NEGATIVE_INFINITY
  /** Times in the order of delivery: counting waits until a log is opened again. */
  #current: string[] = []
  #previous: string[] = []
  #last = ''
  #knownPrefix = ''
  #knownSecond = 0

  /** Time of the line delivered last; empty before the first. */
  get last(): string {
    return this.#last
  }

  /** What to ask the server for, to see again all that may be remembered; undefined: from the beginning. */
  sinceTime(): string | undefined {
    if (this.#last === '') return undefined
    return new Date((this.#newest - 1) * 1000).toISOString().replace('.000Z', 'Z')
  }

  delivered(time: string): void {
    const second = this.#secondOf(time)
    this.#last = time
    if (second > this.#newest) {
      this.#previous = second === this.#newest + 1 ? this.#current : []
      this.#current = []
      this.#newest = second
    }
    if (second === this.#newest) this.#current.push(time)
    else if (second === this.#newest - 1) this.#previous.push(time)
  }

  /** Begins to read again from `sinceTime`. */
  replay(): Replay {
    const counts = new Map<string, number>()
    for (const time of this.#previous) counts.set(time, (counts.get(time) ?? 0) + 1)
    for (const time of this.#current) counts.set(time, (counts.get(time) ?? 0) + 1)
    return new Replay(counts, this.#last)
  }

  /** Parsing a date for each of a million lines would cost more than reading them. */
  #secondOf(time: string): number {
    const prefix = time.slice(0, SECOND_LENGTH)
    if (prefix !== this.#knownPrefix) {
      this.#knownPrefix = prefix
      this.#knownSecond = Date.parse(prefix + zoneOf(time)) / 1000
    }
    return this.#knownSecond
  }
}

/** A stretch of log that may begin with lines already delivered. */
export class Replay {
  readonly #seen: Map<string, number>
  readonly #last: string

  constructor(seen: Map<string, number>, last: string) {
    this.#seen = seen
    this.#last = last
  }

  /** Whether this line was delivered before; each can be asked about once. */
  isKnown(time: string): boolean {
    const count = this.#seen.size === 0 ? 0 : (this.#seen.get(time) ?? 0)
    if (count === 0) return false
    if (count === 1) this.#seen.delete(time)
    else this.#seen.set(time, count - 1)
    return true
  }

  /** Whether the line delivered last was met again, so that nothing between can be missing. */
  get meets(): boolean {
    return !this.#seen.has(this.#last)
  }
}

/** `Z`, or the node's `+01:00`. */
function zoneOf(time: string): string {
  return /(Z|[+-]\d\d:\d\d)$/.exec(time)?.[0] ?? 'Z'
}
