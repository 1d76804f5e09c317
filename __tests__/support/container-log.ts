/** When containers start and their logs begin, by the node's clock. */
export const LOG_BEGINS = '2026-11-23T20:00:00Z'

interface Entry {
  readonly time: string
  readonly bytes: Buffer
  readonly partial: boolean
}

/** Somebody who reads the log: in one of its files, up to one of its entries. */
interface Reader {
  file: readonly Entry[]
  next: number
  /** It never sees that another file was begun. */
  stuck: boolean
  readonly step: () => void
}

/** What is asked for, as the query has it. */
export interface LogQuestion {
  readonly since: string | null
  readonly tailLines: string | null
  readonly follow: boolean
}

/** A container's log as the kubelet keeps it: timestamped entries in files, of which only the newest can be opened. */
export class ContainerLog {
  #file: Entry[] = []
  readonly #readers = new Set<Reader>()
  #ended = false
  #tick = 0

  /**
   * `time` defaults to a nanosecond later than the last; two lines may be given
   * the same. A `partial` entry has no newline yet.
   */
  print(text: string | Buffer, options: { readonly time?: string; readonly partial?: boolean } = {}): void {
    this.#tick++
    const bytes = typeof text === 'string' ? Buffer.from(text) : text
    this.#file.push({
      time: options.time ?? timeAt(this.#tick),
      bytes,
      partial: options.partial ?? false,
    })
    this.#step()
  }

  /**
   * The kubelet begins a new file; only that one can be opened from now on.
   * `unseen` by those that follow: it is so for whoever had not caught up.
   */
  rotate(how: { readonly unseen?: boolean } = {}): void {
    this.#file = []
    for (const reader of this.#readers) {
      if (how.unseen === true) reader.stuck = true
      if (reader.stuck) continue
      reader.file = this.#file
      reader.next = 0
    }
  }

  /** How many follow it now. */
  get followers(): number {
    return this.#readers.size
  }

  /** The container has ended: follows end. */
  end(): void {
    this.#ended = true
    this.#step()
  }

  /** Gives what there is from `since` on, as the API server prints it; then, if asked, what comes. */
  read(asked: LogQuestion, write: (bytes: Buffer) => void, end: () => void): () => void {
    // The API server cuts `sinceTime` to whole seconds.
    const since = asked.since === null ? Number.NEGATIVE_INFINITY : secondOf(asked.since)
    const tail = asked.tailLines === null ? this.#file.length : Number(asked.tailLines)
    let begun = true
    const step = (): void => {
      for (let entry = reader.file[reader.next]; entry; entry = reader.file[++reader.next]) {
        if (secondOf(entry.time) < since) continue
        write(
          Buffer.concat([
            Buffer.from(begun ? `${entry.time} ` : ''),
            entry.bytes,
            Buffer.from(entry.partial ? '' : '\n'),
          ]),
        )
        begun = !entry.partial
      }
      if (this.#ended || !asked.follow) {
        this.#readers.delete(reader)
        end()
      }
    }
    const reader: Reader = {
      file: this.#file,
      next: Math.max(0, this.#file.length - tail),
      stuck: false,
      step,
    }
    this.#readers.add(reader)
    step()
    return () => this.#readers.delete(reader)
  }

  #step(): void {
    for (const { step } of this.#readers) step()
  }
}

const secondOf = (time: string): number => Math.floor(Date.parse(time) / 1000)

/** About 1,000 lines a second, so that a log spans several. */
function timeAt(tick: number): string {
  const milliseconds = Date.parse(LOG_BEGINS) + tick
  return new Date(milliseconds).toISOString().replace('Z', `${String(tick % 1_000_000).padStart(6, '0')}Z`)
}
