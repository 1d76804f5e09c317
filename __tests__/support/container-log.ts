/** When containers start and their logs begin, by the node's clock. */
export const LOG_BEGINS = '2026-11-23T20:00:00Z'

/** A container's log as the kubelet keeps it: timestamped entries in a file that can be rotated. */
export class ContainerLog {
  #entries: { readonly time: string; readonly bytes: Buffer; readonly partial: boolean }[] = []
  readonly #listeners = new Set<() => void>()
  #ended = false
  #tick = 0
  /** Count of entries that were ever printed, whatever was rotated away. */
  #base = 0

  /**
   * `time` defaults to a nanosecond later than the last; two lines may be given
   * the same. A `partial` entry has no newline yet.
   */
  print(text: string | Buffer, options: { readonly time?: string; readonly partial?: boolean } = {}): void {
    this.#tick++
    const bytes = typeof text === 'string' ? Buffer.from(text) : text
    this.#entries.push({
      time: options.time ?? timeAt(this.#tick),
      bytes,
      partial: options.partial ?? false,
    })
    for (const listener of this.#listeners) listener()
  }

  /** The kubelet begins a new file; only that one can be read from now on. */
  rotate(): void {
    this.#base += this.#entries.length
    this.#entries = []
  }

  /** The container has ended: follows end. */
  end(): void {
    this.#ended = true
    for (const listener of this.#listeners) listener()
  }

  /** Gives what there is from `since` on, as the API server prints it; then, if asked, what comes. */
  read(
    options: { readonly since: string | null; readonly follow: boolean },
    write: (bytes: Buffer) => void,
    end: () => void,
  ): () => void {
    // The API server cuts `sinceTime` to whole seconds.
    const since =
      options.since === null ? Number.NEGATIVE_INFINITY : Math.floor(Date.parse(options.since) / 1000)
    let next = this.#base
    let begun = true
    const step = (): void => {
      for (; next < this.#base + this.#entries.length; next++) {
        const entry = this.#entries[next - this.#base]
        if (entry === undefined || Math.floor(Date.parse(entry.time) / 1000) < since) continue
        write(
          Buffer.concat([
            Buffer.from(begun ? `${entry.time} ` : ''),
            entry.bytes,
            Buffer.from(entry.partial ? '' : '\n'),
          ]),
        )
        begun = !entry.partial
      }
      if (this.#ended || !options.follow) {
        this.#listeners.delete(step)
        end()
      }
    }
    this.#listeners.add(step)
    step()
    return () => this.#listeners.delete(step)
  }
}

/** About 1,000 lines a second, so that a log spans several. */
function timeAt(tick: number): string {
  const milliseconds = Date.parse(LOG_BEGINS) + tick
  return new Date(milliseconds).toISOString().replace('Z', `${String(tick % 1_000_000).padStart(6, '0')}Z`)
}
