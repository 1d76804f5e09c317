import type { ChannelEnd, ContainerChannel } from './container-channel.ts'
import type { FileSink, Received } from './fetching.ts'

/** Of standard error, the end. */
const ERROR_CHARACTERS = 2_000

/** Takes what a container's process prints, no faster than the sink does. */
export class Receiver {
  readonly #sink: FileSink
  readonly #failure = Promise.withResolvers<never>()
  #channel: ContainerChannel | undefined
  #waits = 0
  #bytes = 0
  #errors = ''
  #isOver = false

  constructor(sink: FileSink) {
    this.#sink = sink
    // Whoever waits for it may have gone before it comes.
    this.#failure.promise.catch(() => undefined)
  }

  /** Rejects when the sink takes nothing more. */
  get failed(): Promise<ChannelEnd> {
    return this.#failure.promise
  }

  /** So far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether the sink has not taken all yet. */
  get isWaiting(): boolean {
    return this.#waits > 0
  }

  /** The end of what the process wrote to standard error. */
  get errors(): string {
    return this.#errors
  }

  /** What the process says that it has sent: its last word. */
  get sent(): Received | undefined {
    const [, bytes, sha256] = /^sent (\d{1,15}) ([0-9a-f]{64})$/m.exec(this.#errors) ?? []
    return bytes === undefined || sha256 === undefined ? undefined : { bytes: Number(bytes), sha256 }
  }

  /** The channel that is made to wait; what came before it was known is waited for too. */
  listenTo(channel: ContainerChannel): void {
    this.#channel = channel
    if (this.isWaiting) channel.pause()
  }

  /** Takes nothing more: of a connection that is given up something may still be on its way. */
  stop(): void {
    this.#isOver = true
  }

  take(from: 'stdout' | 'stderr', data: Buffer): void {
    if (this.#isOver) return
    if (from === 'stderr') {
      this.#errors = (this.#errors + data.toString('utf8')).slice(-ERROR_CHARACTERS)
      return
    }
    this.#bytes += data.length
    const taken = this.#sink.write(data)
    if (taken === undefined) return
    this.#waits++
    this.#channel?.pause()
    taken.then(
      () => {
        this.#waits--
        if (!this.isWaiting && !this.#isOver) this.#channel?.resume()
      },
      (error: unknown) => this.#failure.reject(error),
    )
  }
}
