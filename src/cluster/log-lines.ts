const NEWLINE = 0x0a

/** A line longer than this is given in pieces: what a build prints may not fill our memory. */
export const LONGEST_LINE = 8 << 20

/**
 * Takes `bytes` from `begin` to before `end`: a line without its newline, or a
 * piece of one that is longer than any should be; `continues` for every piece
 * but its first. The bytes are only lent: they are whoever reads next's again.
 */
export type TakeLine = (bytes: Buffer, begin: number, end: number, continues: boolean) => void

/**
 * Splits a stream of bytes at newlines and nowhere else: a character may be
 * split over chunks, a bare CR belongs to its line, and not everything is
 * UTF-8. Nothing is made for a line that lies whole in its chunk: a log may
 * have a million.
 */
export class LineSplitter {
  readonly #take: TakeLine
  readonly #longest: number
  #parts: Buffer[] = []
  #size = 0
  #continues = false

  constructor(take: TakeLine, longest: number = LONGEST_LINE) {
    this.#take = take
    this.#longest = longest
  }

  push(chunk: Buffer): void {
    let begin = 0
    while (begin < chunk.length) {
      const room = begin + this.#longest - this.#size
      const newline = chunk.indexOf(NEWLINE, begin)
      if (newline >= 0 && newline <= room) {
        this.#finish(chunk, begin, newline, false)
        begin = newline + 1
      } else if (chunk.length > room) {
        this.#finish(chunk, begin, room, true)
        begin = room
      } else {
        this.#parts.push(chunk.subarray(begin))
        this.#size += chunk.length - begin
        begin = chunk.length
      }
    }
  }

  /** Gives what came after the last newline, if anything did, and begins anew. */
  flush(take: TakeLine): void {
    const rest = Buffer.concat(this.#parts)
    const continues = this.#continues
    this.#reset(false)
    if (rest.length > 0) take(rest, 0, rest.length, continues)
  }

  #finish(chunk: Buffer, begin: number, end: number, goesOn: boolean): void {
    const continues = this.#continues
    if (this.#size === 0) {
      this.#continues = goesOn
      this.#take(chunk, begin, end, continues)
      return
    }
    const line = Buffer.concat([...this.#parts, chunk.subarray(begin, end)])
    this.#reset(goesOn)
    this.#take(line, 0, line.length, continues)
  }

  #reset(goesOn: boolean): void {
    this.#parts = []
    this.#size = 0
    this.#continues = goesOn
  }
}
