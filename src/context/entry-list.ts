import type { ContextEntry } from './context-entry.ts'

const CHUNK_BYTES = 262_144

/** What nearly all entries are, a file below the root, without the names of its fields; others as they are. */
type Line = ContextEntry | [path: string, mode: number, size: number, modified: number, identity: string]

/**
 * Entries in the order they were added, kept as lines of text and made anew
 * for each look at them: as objects, those of a context of 100,000 files would
 * be most of this process.
 */
export class EntryList implements Iterable<ContextEntry> {
  readonly #root: string
  readonly #full: Buffer[] = []
  #chunk = Buffer.alloc(0)
  #filled = 0

  /** `root` is the directory that the entries' sources mostly lie in, absolute. */
  constructor(root: string) {
    this.#root = root
  }

  add(entry: ContextEntry): void {
    const line = `${JSON.stringify(this.#lineOf(entry))}\n`
    const length = Buffer.byteLength(line)
    if (this.#filled + length > this.#chunk.length) {
      this.#full.push(this.#chunk.subarray(0, this.#filled))
      this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, length))
      this.#filled = 0
    }
    this.#filled += this.#chunk.write(line, this.#filled)
  }

  *[Symbol.iterator](): Iterator<ContextEntry> {
    for (const chunk of [...this.#full, this.#chunk.subarray(0, this.#filled)]) {
      for (let at = 0; at < chunk.length;) {
        const end = chunk.indexOf(10, at)
        // Written by `add`, and nobody else.
        yield this.#entryOf(JSON.parse(chunk.toString('utf8', at, end)) as Line)
        at = end + 1
      }
    }
  }

  #lineOf(entry: ContextEntry): Line {
    if (entry.kind !== 'file' || entry.source !== this.#sourceOf(entry.path)) return entry
    return [entry.path, entry.mode, entry.size, entry.modified, entry.identity]
  }

  #entryOf(line: Line): ContextEntry {
    if (!Array.isArray(line)) return line
    const [path, mode, size, modified, identity] = line
    return { kind: 'file', path, mode, size, source: this.#sourceOf(path), modified, identity }
  }

  #sourceOf(path: string): string {
    return `${this.#root}/${path}`
  }
}
