import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { promisify } from 'node:util'

import { ActionError } from '../failure/failure.ts'
import { identityOf } from './context-entry.ts'
import type { FileEntry } from './context-entry.ts'
import { changed, unreadable } from './context-problem.ts'

// Not through a link, and not waiting for a writer, whatever the file has become since it was looked at.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Files up to this size are read at once. To wait for a thread to read a small
 * file costs ten times what reading it does, and contexts have many of them.
 */
const AT_ONCE_BYTES = 131_072

const readLater = promisify(read)

/**
 * An open file whose content is read piece by piece, `entry.size` bytes
 * altogether. Throws ActionError if it cannot be read, is another than was
 * looked at, or has changed by its end. No generator: what one leaves behind
 * for each of 100,000 files makes the process grow.
 */
export class FileContent {
  readonly #entry: FileEntry
  readonly #file: number
  readonly #before: Stats
  #left: number

  constructor(entry: FileEntry) {
    this.#entry = entry
    this.#left = entry.size
    try {
      this.#file = openSync(entry.source, FLAGS)
    } catch (error) {
      throw unreadable(entry.path, error)
    }
    try {
      this.#before = this.#look()
      if (!this.#before.isFile() || identityOf(this.#before) !== entry.identity)
        throw changed(entry.path, 'was replaced')
      this.#checkSize(this.#before)
    } catch (error) {
      this.close()
      throw error
    }
  }

  get isAtEnd(): boolean {
    return this.#left === 0
  }

  /** Reads some of it into the room, and says how much. Whoever gets a promise waits for it. */
  readInto(room: Buffer): number | Promise<number> {
    const length = Math.min(room.length, this.#left)
    if (this.#entry.size > AT_ONCE_BYTES) return this.#readLater(room, length)
    try {
      return this.#took(readSync(this.#file, room, 0, length, null))
    } catch (error) {
      throw this.#explained(error)
    }
  }

  async #readLater(room: Buffer, length: number): Promise<number> {
    try {
      return this.#took((await readLater(this.#file, room, 0, length, null)).bytesRead)
    } catch (error) {
      throw this.#explained(error)
    }
  }

  #took(count: number): number {
    if (count === 0) throw changed(this.#entry.path, 'changed its size')
    this.#left -= count
    return count
  }

  /** To be asked at its end. */
  checkUnchanged(): void {
    const after = this.#look()
    this.#checkSize(after)
    if (after.mtimeMs !== this.#before.mtimeMs) throw changed(this.#entry.path, 'was written to')
  }

  close(): void {
    closeSync(this.#file)
  }

  #look(): Stats {
    try {
      return fstatSync(this.#file)
    } catch (error) {
      throw this.#explained(error)
    }
  }

  #checkSize({ size }: Stats): void {
    if (size !== this.#entry.size) throw changed(this.#entry.path, 'changed its size')
  }

  #explained(error: unknown): unknown {
    return error instanceof ActionError ? error : unreadable(this.#entry.path, error)
  }
}
