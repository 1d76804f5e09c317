const NEWLINE = 0x0a

/** A line longer than this is given in pieces: what a build prints may not fill our memory. */
export const LONGEST_LINE = 8 << 20

/** A line without its end, or a further piece of one that is longer than any should be. */
export interface LinePiece {
  readonly bytes: Buffer
  readonly continues: boolean
}

/**
 * Splits a stream of bytes at newlines and nowhere else: a character may be
 * split over chunks, a bare CR belongs to its line, and not everything is UTF-8.
 */
export class LineSplitter {
  readonly #longest: number
  #parts: Buffer[] = []
  #size = 0
  #continues = false

  constructor(longest: number = LONGEST_LINE) {
    this.#longest = longest
  }

  *push(chunk: Buffer): Generator<LinePiece, void> {
    let begin = 0
    while (begin < chunk.length) {
      const room = begin + this.#longest - this.#size
      const newline = chunk.indexOf(NEWLINE, begin)
      if (newline >= 0 && newline <= room) {
        yield this.#finish(chunk.subarray(begin, newline), false)
        begin = newline + 1
      } else if (chunk.length > room) {
        yield this.#finish(chunk.subarray(begin, room), true)
        begin = room
      } else {
        this.#parts.push(chunk.subarray(begin))
        this.#size += chunk.length - begin
        begin = chunk.length
      }
    }
  }

  /** What came after the last newline; undefined if nothing did. */
  rest(): LinePiece | undefined {
    return this.#size === 0 ? undefined : { bytes: Buffer.concat(this.#parts), continues: this.#continues }
  }

  #finish(end: Buffer, goesOn: boolean): LinePiece {
    const bytes = this.#parts.length === 0 ? end : Buffer.concat([...this.#parts, end])
    const continues = this.#continues
    this.#parts = []
    this.#size = 0
    this.#continues = goesOn
    return { bytes, continues }
  }
}
