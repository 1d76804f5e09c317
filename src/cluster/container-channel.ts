import type { WebSocket } from 'ws'

import type { Clock } from '../clock.ts'
import { isRecord, parseJson } from './json.ts'

/** The better one can end standard input and leave the rest open; Kubernetes has it since 1.30. */
export const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const

/** First byte of a message: what it belongs to. */
export const CHANNELS = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const

/** A load balancer ends what is silent; and an answer to a ping tells that all before it has been read. */
const PING_MS = 5_000

/**
 * A connection on which for so long nothing came and nothing left is dead.
 * Longer than a process may be busy with what it has already.
 */
const SILENCE_MS = 60_000

/** How a channel came to its end. */
export type ChannelEnd =
  /** The server says what became of it; of an attached process it says nothing, of an executed one that it succeeded. */
  | { readonly kind: 'status'; readonly succeeded: boolean; readonly message: string }
  /** The connection broke, or was ended without a word. */
  | { readonly kind: 'cut'; readonly reason: string }

/** Told what a container's process prints; `data` is its own to keep. */
export type Listener = (channel: 'stdout' | 'stderr', data: Buffer) => void

/** The standard streams of one process in a container, over one WebSocket. */
export class ContainerChannel {
  protected readonly socket: WebSocket
  readonly #clock: Clock
  readonly #listener: Listener
  readonly #end = Promise.withResolvers<ChannelEnd>()
  readonly #over = new AbortController()
  #status: ChannelEnd | undefined
  #lastSign: number
  #isPaused = false

  /** `early` are the messages that came before this was made. */
  constructor(
    socket: WebSocket,
    early: readonly Buffer[],
    clock: Clock,
    listener: Listener = () => undefined,
  ) {
    this.socket = socket
    this.#clock = clock
    this.#listener = listener
    this.#lastSign = clock.now()
    early.forEach((message) => this.#take(message))
    socket.on('message', (message: Buffer) => this.#take(message))
    socket.on('pong', () => this.sign())
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

  /** Reads nothing more, so that the other side has to wait. What has arrived already is still told. */
  pause(): void {
    this.#isPaused = true
    this.socket.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.sign()
    this.socket.resume()
  }

  /** At once, and without a word to the other side, which then ends the standard input. */
  terminate(): void {
    this.socket.terminate()
    this.#finish({ kind: 'cut', reason: 'it was given up' })
  }

  /** The other side is alive. */
  protected sign(): void {
    this.#lastSign = this.#clock.now()
  }

  #take(message: Buffer): void {
    this.sign()
    if (message[0] === CHANNELS.stdout) this.#listener('stdout', message.subarray(1))
    else if (message[0] === CHANNELS.stderr) this.#listener('stderr', message.subarray(1))
    else if (message[0] === CHANNELS.status) this.#takeStatus(parseJson(message.toString('utf8', 1)))
  }

  #takeStatus(status: unknown): void {
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

  async #beat(): Promise<void> {
    for (;;) {
      await this.#clock.sleep(PING_MS, this.#over.signal)
      if (this.isOver) return
      // Who does not listen does not hear answers either: that silence is our own.
      if (this.#isPaused) this.sign()
      if (this.#clock.now() - this.#lastSign > SILENCE_MS) {
        this.#finish({ kind: 'cut', reason: 'the other side has been silent for a minute' })
        this.terminate()
        return
      }
      this.socket.ping()
    }
  }
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
function wordsFor(code: number): string {
  return code === 1006 ? 'the connection was cut' : `the connection was ended (${code})`
}
