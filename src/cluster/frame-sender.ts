import { StdinChannel } from './stdin-channel.ts'

/** Larger ones are no faster (measured up to 1 MiB), and TLS copies each. */
const FRAME_BYTES = 262_144

/** Frames that are filled or on their way. More would only wait in this process's memory. */
const FRAMES = 4

/** Puts pieces into frames and sends those, no faster than the channel takes them, in memory that does not grow. */
export class FrameSender {
  readonly #channel: StdinChannel
  readonly #free = Array.from({ length: FRAMES }, () => Buffer.allocUnsafeSlow(FRAME_BYTES))
  readonly #sending = new Set<Promise<void>>()
  #frame = this.#free.pop() ?? Buffer.alloc(0)
  #filled = StdinChannel.HEADER_BYTES
  #bytes = 0

  constructor(channel: StdinChannel) {
    this.#channel = channel
  }

  /** Bytes taken so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Copies the piece; waits where all frames are on their way. */
  async take(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + FRAME_BYTES - this.#filled)
      this.#frame.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled === FRAME_BYTES) await this.#sendFrame()
    }
    this.#bytes += piece.length
  }

  /** Sends what is there, and waits until all has left. */
  async flush(): Promise<void> {
    if (this.#filled > StdinChannel.HEADER_BYTES) await this.#sendFrame()
    await Promise.all(this.#sending)
  }

  async #sendFrame(): Promise<void> {
    const frame = this.#frame
    const sent = this.#channel.send(frame.subarray(0, this.#filled)).then(() => {
      this.#free.push(frame)
      this.#sending.delete(sent)
    })
    this.#sending.add(sent)
    while (this.#free.length === 0) await Promise.race(this.#sending)
    this.#frame = this.#free.pop() ?? frame
    this.#filled = StdinChannel.HEADER_BYTES
  }
}
