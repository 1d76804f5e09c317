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
    this.#size += line.length + 1
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
    let kept = 0
    let first = this.#lines.length
    while (first > 0 && kept < MOST / 2) kept += (this.#lines[--first]?.length ?? 0) + 1
    this.#dropped += first
    this.#lines = this.#lines.slice(first)
    this.#size = kept
  }
}
