/** How much of a step's output is held while another one is shown, in characters. */
const MOST = 1 << 20

/** What a process prints, put together from pieces that are cut anywhere. */
export class OutputLines {
  readonly #decoder = new TextDecoder()
  #rest = ''

  /** The lines that are whole by now. */
  add(data: Uint8Array): readonly string[] {
    const text = this.#rest + this.#decoder.decode(data, { stream: true })
    const lines = text.split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length <= MOST) return lines
    const long = this.#rest
    this.#rest = ''
    return [...lines, long]
  }

  /** What is left without a line's end. */
  end(): readonly string[] {
    const left = this.#rest + this.#decoder.decode()
    this.#rest = ''
    return left === '' ? [] : [left]
  }
}

/** Lines that wait for their turn, in memory that does not grow with them: the newest are kept. */
export class HeldLines {
  #lines: string[] = []
  #size = 0
  #dropped = 0

  add(line: string): void {
    this.#lines.push(line)
    this.#size += sizeOf(line)
    // Half of it at once: to shift a long list by one is slow.
    if (this.#size > MOST) this.#drop()
  }

  /** All that is held; afterwards nothing is. */
  take(): readonly string[] {
    const lines = this.#lines
    const note = this.#dropped === 0 ? [] : [`… ${this.#dropped} lines before are in the file of the log`]
    this.#lines = []
    this.#size = 0
    this.#dropped = 0
    return [...note, ...lines]
  }

  #drop(): void {
    let first = this.#lines.length - 1
    let kept = sizeOf(this.#lines[first])
    for (;;) {
      const more = kept + sizeOf(this.#lines[first - 1])
      if (first <= 0 || more > MOST / 2) break
      kept = more
      first--
    }
    this.#dropped += first
    this.#lines = this.#lines.slice(first)
    this.#size = kept
  }
}

const sizeOf = (line = ''): number => line.length + 1
