const SPACE = 0x20
const ZERO = 0x30
const SECOND_LENGTH = '2026-11-23T20:00:00'.length
const LONGEST = '2026-11-23T20:00:00.123456789+01:00'.length
const DIGITS = 9

/** Source: kubelet, pkg/kubelet/kuberuntime/logs. */
const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

/**
 * Reads the time at the beginning of a log's lines:
 * `2026-11-23T20:00:00.123456789Z`, or with the node's `+01:00`. It works on
 * the bytes and keeps what it found in fields: making a string, a Date or an
 * object for each of a million lines would cost more than all the rest.
 */
export class LogStamp {
  /** Nanoseconds since the beginning of the second of the first time that was read: exact for a hundred days. */
  moment = 0
  /** Bytes of the time, without the space after it. */
  length = 0
  /** Seconds since 1970 from which moments count. */
  #base: number | undefined
  /** The second that was read last, as it stands in the log, and its moment. */
  readonly #known = Buffer.alloc(SECOND_LENGTH)
  #knownTail = ''
  #second = 0

  /** Whether the bytes begin with a time. */
  read(bytes: Buffer, begin: number, end: number): boolean {
    const length = lengthOf(bytes, begin, end)
    if (!this.#isKnownSecond(bytes, begin, length) && !this.#readSecond(bytes, begin, length)) return false
    this.length = length
    this.moment = this.#second + nanoseconds(bytes, begin + SECOND_LENGTH, begin + length)
    return true
  }

  /** What a moment is in whole seconds since 1970. */
  secondsOf(moment: number): number {
    return (this.#base ?? 0) + Math.floor(moment / 1e9)
  }

  #isKnownSecond(bytes: Buffer, begin: number, length: number): boolean {
    // The last digits differ first.
    for (let at = SECOND_LENGTH - 1; at >= 0; at--) if (bytes[begin + at] !== this.#known[at]) return false
    const tail = bytes[begin + length - 1]
    return (
      this.#knownTail === 'Z' &&
      tail === 0x5a &&
      hasOnlyDigits(bytes, begin + SECOND_LENGTH, begin + length - 1)
    )
  }

  #readSecond(bytes: Buffer, begin: number, length: number): boolean {
    const text = bytes.toString('latin1', begin, begin + length)
    const zone = FORM.exec(text)?.[2]
    if (zone === undefined) return false
    const seconds = Date.parse(text.slice(0, SECOND_LENGTH) + zone) / 1000
    if (Number.isNaN(seconds)) return false
    this.#base ??= seconds
    this.#second = (seconds - this.#base) * 1e9
    bytes.copy(this.#known, 0, begin, begin + SECOND_LENGTH)
    this.#knownTail = zone
    return true
  }
}

function lengthOf(bytes: Buffer, begin: number, end: number): number {
  const limit = Math.min(end, begin + LONGEST)
  for (let at = begin; at < limit; at++) if (bytes[at] === SPACE) return at - begin
  return limit - begin
}

/** A fraction of a second, or none. */
function hasOnlyDigits(bytes: Buffer, begin: number, end: number): boolean {
  if (begin === end) return true
  if (bytes[begin] !== 0x2e || end - begin < 2 || end - begin > DIGITS + 1) return false
  for (let at = begin + 1; at < end; at++) if (!isDigit(bytes[at])) return false
  return true
}

function nanoseconds(bytes: Buffer, begin: number, end: number): number {
  let value = 0
  let digits = 0
  for (let at = begin + 1; at < end && isDigit(bytes[at]); at++, digits++)
    value = value * 10 + (bytes[at] ?? 0) - ZERO
  if (bytes[begin] !== 0x2e) return 0
  for (; digits < DIGITS; digits++) value *= 10
  return value
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= 0x39
}
