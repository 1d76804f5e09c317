import type { WebSocket } from 'ws'

import type { Clock } from '../clock.ts'
import { isRecord, parseJson } from './json.ts'

/** The better one can end standard input and leave the rest open; Kubernetes has it since 1.30. */
export const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const

/** First byte of a message: what it belongs to. */
const STDIN = 0
const STATUS = 3
/** v5: the channel named by the second byte is at its end. */
const CLOSE = 255

/** A load balancer ends what is silent; and an answer to a ping tells that all before it has been read. */
const PING_MS = 5_000

/**
 * A connection on which for so long nothing came and nothing left is dead.
 * Longer than an executor may be busy with what it has already.
 */
const SILENCE_MS = 60_000

/** How a channel came to its end. */
export type ChannelEnd =
  /** The server says what became of it; of the process it says nothing. */
  | { readonly kind: 'status'; readonly succeeded: boolean; readonly message: string }
  /** The connection broke, or was ended without a word. */
  | { readonly kind: 'cut'; readonly reason: string }

/** The standard input of one container, over one WebSocket. */
export class StdinChannel {
  readonly #socket: WebSocket
  readonly #clock: Clock
  readonly #end = Promise.withResolvers<ChannelEnd>()
  readonly #over = new AbortController()
  #status: ChannelEnd | undefined
  #lastSign: number

  /** `early` are the messages that came before this was made. */
  constructor(socket: WebSocket, early: readonly Buffer[], clock: Clock) {
    this.#socket = socket
    this.#clock = clock
    this.#lastSign = clock.now()
    early.forEach((message) => this.#take(message))
    socket.on('message', (message: Buffer) => this.#take(message))
    socket.on('pong', () => this.#sign())
    socket.on('close', (code, reason) => this.#closed(code, reason.toString()))
    if (socket.readyState >= socket.CLOSING) this.#closed(1006, '')
    void this.#beat()
  }

  /** Resolves when nothing more can be sent or heard. Never rejects. */
  get ended(): Promise<ChannelEnd> {
    return this.#end.promise
  }

  get isOver(): boolean {
    return this.#over.signal.aborted
  }

  /** Frames have a byte in front of what they carry, for the channel. */
  static readonly HEADER_BYTES = 1

  /** Sends a frame, its header still to be filled in; resolves when it has left and may be used again. */
  async send(frame: Buffer): Promise<void> {
    frame[0] = STDIN
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#socket.send(frame, { binary: true }, (error) => resolve(!error))
    if (await promise) this.#sign()
    // The end follows, and until then nothing could be sent but to nobody.
    else await this.ended
  }

  /** Ends the standard input, where the protocol can. With v4 it ends with the channel, and nothing is done now. */
  endInput(): void {
    if (this.#socket.protocol === PROTOCOLS[0]) this.#socket.send(Buffer.of(CLOSE, STDIN), { binary: true })
  }

  /** Resolves when the server has read all that was sent, or the channel has ended: true in the first case. */
  async confirmed(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    // An answer has what was sent with its ping: those to the heartbeat's are empty.
    const mark = Buffer.from('all')
    const hear = (data: Buffer): void => {
      if (data.equals(mark)) resolve(true)
    }
    this.#socket.on('pong', hear)
    void this.#end.promise.then(() => resolve(false))
    if (!this.isOver) this.#socket.ping(mark)
    const heard = await promise
    this.#socket.off('pong', hear)
    return heard
  }

  /** At once, and without a word to the other side, which then ends the standard input. */
  terminate(): void {
    this.#socket.terminate()
    this.#finish({ kind: 'cut', reason: 'it was given up' })
  }

  #take(message: Buffer): void {
    this.#sign()
    if (message[0] !== STATUS) return
    const status = parseJson(message.toString('utf8', 1))
    if (!isRecord(status)) return
    const said = status['message']
    this.#status = {
      kind: 'status',
      succeeded: status['status'] === 'Success',
      message: typeof said === 'string' ? said : '',
    }
    this.#finish(this.#status)
  }

  #closed(code: number, reason: string): void {
    this.#finish(this.#status ?? { kind: 'cut', reason: reason === '' ? wordsFor(code) : reason })
  }

  #finish(end: ChannelEnd): void {
    this.#end.resolve(end)
    this.#over.abort()
  }

  #sign(): void {
    this.#lastSign = this.#clock.now()
  }

  async #beat(): Promise<void> {
    for (;;) {
      await this.#clock.sleep(PING_MS, this.#over.signal)
      if (this.isOver) return
      if (this.#clock.now() - this.#lastSign > SILENCE_MS) {
        this.#finish({ kind: 'cut', reason: 'the other side has been silent for a minute' })
        this.terminate()
        return
      }
      this.#socket.ping()
    }
  }
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
function wordsFor(code: number): string {
  return code === 1006 ? 'the connection was cut' : `the connection was ended (${code})`
}
