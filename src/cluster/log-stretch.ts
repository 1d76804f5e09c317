import type { IncomingMessage } from 'node:http'

import { ConnectionError, connectionError } from './api-error.ts'

/**
 * One answer to «the log from here on», read when its turn comes. Until then
 * the node holds the log file open that it began with, so that what stands in
 * it is not lost when the node begins further ones.
 */
export class LogStretch {
  /** It goes on for as long as the container runs. */
  readonly follows: boolean
  readonly #body: IncomingMessage
  readonly #over = Promise.withResolvers<undefined>()
  #first: Buffer | undefined
  #stopped = false

  constructor(body: IncomingMessage, follows: boolean) {
    this.#body = body
    this.follows = follows
  }

  /** Its first bytes, which `read` gives again; undefined if it has none. */
  first(): Promise<Buffer | undefined> {
    const { promise, resolve } = Promise.withResolvers<Buffer | undefined>()
    const body = this.#body
    const nothing = (): void => resolve(undefined)
    body.once('end', nothing).once('close', nothing)
    body.once('data', (chunk: Buffer) => {
      body.pause().off('end', nothing).off('close', nothing)
      this.#first = chunk
      resolve(chunk)
    })
    return promise
  }

  /**
   * Gives all bytes as they come. By the stream's own events: iterating over
   * it asynchronously costs several promises for each of ten thousand chunks.
   * Resolves at its end or once it was stopped; throws a `ConnectionError` if it is cut.
   */
  async read(onChunk: (chunk: Buffer) => void): Promise<void> {
    const body = this.#body
    if (this.#first !== undefined) onChunk(this.#first)
    this.#first = undefined
    body.on('end', () => this.#over.resolve(undefined))
    body.on('error', (error) => this.#over.reject(connectionError(error)))
    body.on('close', () => this.#over.reject(new ConnectionError('ECONNRESET')))
    if (body.readableEnded) this.#over.resolve(undefined)
    else if (body.destroyed) this.#over.reject(connectionError(body.errored ?? undefined))
    body.on('data', (chunk: Buffer) => {
      if (this.#stopped) return
      try {
        onChunk(chunk)
      } catch (error) {
        this.#over.reject(error)
        body.destroy()
      }
    })
    body.resume()
    await this.#over.promise
  }

  /** Ends it; nothing more is given. */
  stop(): void {
    this.#stopped = true
    this.#over.resolve(undefined)
    this.#body.destroy()
  }

  get isStopped(): boolean {
    return this.#stopped
  }
}
