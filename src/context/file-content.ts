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
 * Reads a file into the room that it is given, piece by piece, and says after
 * each how many bytes it put there: `entry.size` altogether. Throws ActionError
 * if the file is another, or has changed, by the end.
 */
export async function* fileContent(
  entry: FileEntry,
  room: () => Buffer,
): AsyncGenerator<number, void, undefined> {
  const file = open(entry)
  try {
    const before = fstatSync(file)
    if (!before.isFile() || identityOf(before) !== entry.identity) throw changed(entry.path, 'was replaced')
    if (before.size !== entry.size) throw changed(entry.path, 'changed its size')
    for (let left = entry.size; left > 0;) {
      const count = await readSome(file, room().subarray(0, left), entry.size)
      if (count === 0) throw changed(entry.path, 'changed its size')
      left -= count
      yield count
    }
    checkUnchanged(before, fstatSync(file), entry)
  } catch (error) {
    throw error instanceof ActionError ? error : unreadable(entry.path, error)
  } finally {
    closeSync(file)
  }
}

function open({ source, path }: FileEntry): number {
  try {
    return openSync(source, FLAGS)
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function readSome(file: number, room: Buffer, size: number): Promise<number> {
  if (size <= AT_ONCE_BYTES) return readSync(file, room)
  return (await readLater(file, room, 0, room.length, null)).bytesRead
}

function checkUnchanged(before: Stats, after: Stats, { path, size }: FileEntry): void {
  if (after.size !== size) throw changed(path, 'changed its size')
  if (after.mtimeMs !== before.mtimeMs) throw changed(path, 'was written to')
}
