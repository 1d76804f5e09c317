import { createHash, type Hash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import type { FileSink, Received } from '../cluster/fetching.ts'
import { ActionError } from '../failure/failure.ts'
import { notWritten } from '../failure/output-failed.ts'
import { writeProblem } from '../runner/build-files.ts'

/** What waits to be written, in bytes: more would only fill this process's memory. */
const BUFFER_BYTES = 1 << 20

/** A file on its way: beside where it is to be, under another name, until it is kept. */
export interface IncomingFile extends FileSink {
  /** Where it is to be; absolute. */
  readonly path: string
  /** Gives it its name, in place of a file that has it. Throws ActionError. */
  keep(): Promise<void>
  /** Removes what is not kept. Never throws. */
  drop(): Promise<void>
}

/** `path` is absolute, `shown` as the user wrote it. */
export function incomingFile(path: string, shown: string, random: () => string): IncomingFile {
  return new ReceivedFile(path, shown, random())
}

class ReceivedFile implements IncomingFile {
  readonly path: string
  readonly #shown: string
  readonly #temporary: string
  #stream: WriteStream | undefined
  #hash: Hash = createHash('sha256')
  #bytes = 0
  #failure: ActionError | undefined

  constructor(path: string, shown: string, random: string) {
    this.path = path
    this.#shown = shown
    // Not with the user's name in it, which may be as long as a name can be.
    this.#temporary = join(dirname(path), `.hybrid-kubernetes-build-${random}.part`)
  }

  async begin(): Promise<void> {
    await this.#giveUp()
    this.#hash = createHash('sha256')
    this.#bytes = 0
    try {
      await mkdir(dirname(this.path), { recursive: true })
      const stream = createWriteStream(this.#temporary, { highWaterMark: BUFFER_BYTES, flush: true })
      this.#stream = stream
      stream.on('error', (error) => (this.#failure ??= this.#unwritable(error)))
      await once(stream, 'open')
    } catch (error) {
      throw this.#failure ?? this.#unwritable(error)
    }
  }

  write(data: Uint8Array): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const stream = this.#stream
    if (stream === undefined) return undefined
    this.#hash.update(data)
    this.#bytes += data.length
    return stream.write(data) ? undefined : this.#drained(stream)
  }

  async end(): Promise<Received> {
    await this.#close()
    if (this.#failure !== undefined) throw this.#failure
    return { bytes: this.#bytes, sha256: this.#hash.copy().digest('hex') }
  }

  async keep(): Promise<void> {
    try {
      await rename(this.#temporary, this.path)
    } catch (error) {
      throw this.#unwritable(error)
    }
  }

  async drop(): Promise<void> {
    await this.#giveUp()
    await rm(this.#temporary, { force: true }).catch(() => undefined)
  }

  async #drained(stream: WriteStream): Promise<void> {
    // An error ends the wait as well, by a rejection of its own.
    await once(stream, 'drain').catch(() => undefined)
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Resolves when all is on the disk, or never will be. */
  async #close(): Promise<void> {
    const stream = this.#stream
    this.#stream = undefined
    if (stream === undefined || stream.closed) return
    const closed = Promise.withResolvers<undefined>()
    stream.once('close', () => closed.resolve(undefined))
    stream.end()
    await closed.promise
  }

  /** Closes the file without waiting for the disk to have it: it is not kept. */
  async #giveUp(): Promise<void> {
    const stream = this.#stream
    this.#stream = undefined
    if (stream === undefined || stream.closed) return
    stream.destroy()
    await once(stream, 'close').catch(() => undefined)
  }

  #unwritable(error: unknown): ActionError {
    return new ActionError(notWritten(this.#shown, writeProblem(error)), { cause: error })
  }
}
