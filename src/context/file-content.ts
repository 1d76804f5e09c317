import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'

import { ActionError } from '../failure/failure.ts'
import { identityOf } from './context-entry.ts'
import type { FileEntry } from './context-entry.ts'
import { changed, unreadable } from './context-problem.ts'

const CHUNK_BYTES = 65_536

// Not through a link, and not waiting for a writer, whatever the file has become since it was looked at.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Exactly `entry.size` bytes, in new chunks; throws ActionError if the file is another, or changed, by the end. */
export async function* fileContent(entry: FileEntry): AsyncGenerator<Buffer, void, undefined> {
  const handle = await open(entry.source, FLAGS).catch((error: unknown) => {
    throw unreadable(entry.path, error)
  })
  try {
    const before = await handle.stat()
    if (!before.isFile() || identityOf(before) !== entry.identity) throw changed(entry.path, 'was replaced')
    if (before.size !== entry.size) throw changed(entry.path, 'changed its size')
    yield* read(handle, entry)
    const after = await handle.stat()
    if (after.size !== entry.size) throw changed(entry.path, 'changed its size')
    if (after.mtimeMs !== before.mtimeMs) throw changed(entry.path, 'was written to')
  } catch (error) {
    throw error instanceof ActionError ? error : unreadable(entry.path, error)
  } finally {
    await handle.close()
  }
}

async function* read(handle: FileHandle, { path, size }: FileEntry): AsyncGenerator<Buffer, void, undefined> {
  for (let left = size; left > 0;) {
    const buffer = Buffer.allocUnsafe(Math.min(left, CHUNK_BYTES))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length)
    if (bytesRead === 0) throw changed(path, 'changed its size')
    left -= bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
