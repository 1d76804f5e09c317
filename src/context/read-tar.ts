import type { Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { PassThrough, Transform } from 'node:stream'
import type { Duplex, TransformCallback } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'

import { extract } from 'tar-stream'
import type { Header } from 'tar-stream'

import { ActionError } from '../failure/failure.ts'
import { identityOf, permissions } from './context-entry.ts'
import type { DirectoryEntry, HardLinkEntry, StreamedEntry, SymlinkEntry } from './context-entry.ts'
import { broken, changed, quoted, unreadable } from './context-problem.ts'
import { paddingOf, TAR_BLOCK } from './tar-header.ts'

/** What a tar file holds under one name. The content of a file must be read before the next entry is asked for. */
export type TarEntry = DirectoryEntry | StreamedEntry | SymlinkEntry | HardLinkEntry

/** A tar file as it was when it was looked at: read later, it must be the same. */
export interface TarFile {
  /** As the inputs name it, for messages. */
  readonly shown: string
  /** Absolute, no link. */
  readonly path: string
  readonly stats: Stats
}

/** Those of before POSIX have no sign of their format; that a header is one, its checksum tells. */
const ALSO_OLD: object = { allowUnknownFormat: true }

/** How compressed files begin, byte by byte; of bzip2 more than three letters, which may be those of a name. */
const BEGINNINGS: readonly (readonly [name: string, bytes: RegExp, unpack?: () => Duplex])[] = [
  ['gzip', /^\x1f\x8b/, createGunzip],
  ['zstd', /^\x28\xb5\x2f\xfd/, createZstdDecompress],
  ['xz', /^\xfd7zXZ/],
  ['bzip2', /^BZh[1-9]1AY&SY/],
]

/** Looks at a file that is to be a tar. Throws ActionError (`context-broken`). */
export async function lookAtTar(path: string, shown: string): Promise<TarFile> {
  const file = await opened(path, shown)
  try {
    return { shown, path, stats: await file.stat() }
  } finally {
    await file.close()
  }
}

/**
 * The entries of a tar, compressed or not, in its order; names as they are to
 * be in a context. Throws ActionError (`context-broken`) for what is no tar, is
 * cut off, has changed, or holds what no context can, and the signal's reason.
 */
export async function* readTar(tar: TarFile, signal: AbortSignal): AsyncGenerator<TarEntry, void, undefined> {
  const file = await opened(tar.path, tar.shown)
  const stop = new AbortController()
  const entries = extract(ALSO_OLD)
  const end = new TarEnd()
  try {
    await checkUnchanged(file, tar)
    const unpack = await decompressorFor(file, tar)
    const bytes = file.createReadStream({ start: 0, autoClose: false })
    const within = AbortSignal.any([signal, stop.signal])
    const unpacking = pipeline(bytes, unpack, end, entries, { signal: within })
    // Told by the entries, which end with the same error.
    unpacking.catch(() => undefined)
    for await (const entry of entries) {
      // Its types say less than it gives; what it is read in is bytes.
      const header = entry.header as ReadHeader
      end.passed(header.byteOffset, header.size)
      const found = entryOf(header, entry as AsyncIterable<Uint8Array>)
      if (found !== undefined) yield found
      // What nobody has read is passed over.
      entry.resume()
    }
    await unpacking
    if (!end.isThere) throw cutOff(tar)
    await checkUnchanged(file, tar)
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof ActionError ? error : notATar(tar, error)
  } finally {
    stop.abort()
    await file.close()
  }
}

async function opened(path: string, shown: string): Promise<FileHandle> {
  return open(path).catch((error: unknown) => {
    throw unreadable(shown, error)
  })
}

async function checkUnchanged(file: FileHandle, { shown, stats }: TarFile): Promise<void> {
  const now = await file.stat()
  if (identityOf(now) !== identityOf(stats)) throw changed(shown, 'was replaced')
  if (now.size !== stats.size) throw changed(shown, 'changed its size')
  if (now.mtimeMs !== stats.mtimeMs) throw changed(shown, 'was written to')
}

async function decompressorFor(file: FileHandle, { shown }: TarFile): Promise<Duplex> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(10), 0, 10, 0)
  const begins = buffer.subarray(0, bytesRead)
  const found = BEGINNINGS.find(([, bytes]) => bytes.test(begins.toString('latin1')))
  if (found === undefined) return new PassThrough()
  const [name, , unpack] = found
  if (unpack !== undefined) return unpack()
  throw broken(`The build context ${quoted(shown)} is compressed with ${name}, which cannot be read here.`, [
    'pack it with gzip or zstd, or not at all',
  ])
}

/** As the library gives it, where its types say less. */
type ReadHeader = Omit<Header, 'type' | 'linkname'> & {
  /** Where in the archive the content begins. */
  readonly byteOffset: number
  readonly type: Header['type'] | null
  readonly linkname: string | null
}

/** What an entry is in a context; undefined for the root itself. */
function entryOf(header: ReadHeader, content: AsyncIterable<Uint8Array>): TarEntry | undefined {
  const path = pathInContext(header.name)
  const type = typeOf(header)
  // One that cannot be read as a number would be read for ever.
  if (!Number.isSafeInteger(header.size)) throw special(path, 'of a size that cannot be')
  if (path === '' && type === 'directory') return undefined
  if (path === '') throw special(header.name, 'a file without a name')
  const mode = permissions(header.mode)
  // Its pieces and its holes lie in the content, which is not what the file has.
  const isSparse = Object.keys(header.pax ?? {}).some((key) => key.startsWith('GNU.sparse.'))
  switch (isSparse ? null : type) {
    case 'file':
    case 'contiguous-file':
      return { kind: 'streamed', path, mode, size: header.size, modified: header.mtime.getTime(), content }
    case 'directory':
      return { kind: 'directory', path, mode }
    case 'symlink':
      checkNoContent(header, path)
      return { kind: 'symlink', path, target: readable(header.linkname ?? '') }
    case 'link':
      checkNoContent(header, path)
      return { kind: 'hardlink', path, target: pathInContext(header.linkname ?? '') }
    case 'character-device':
    case 'block-device':
      throw special(path, 'a device')
    case 'fifo':
      throw special(path, 'a named pipe')
    case null:
      throw special(path, 'a sparse file, or of a kind that is not known here')
  }
}

/** Null for what the library has no name for; tars of before POSIX mark directories by their names alone. */
function typeOf({ type, name, size }: ReadHeader): ReadHeader['type'] {
  return type === 'file' && name.endsWith('/') && size === 0 ? 'directory' : type
}

/** Readers do not agree whether there is any; one would take it for further entries. */
function checkNoContent({ size }: ReadHeader, path: string): void {
  if (size > 0) throw special(path, 'a link with a content')
}

function special(path: string, kind: string): ActionError {
  return broken(`The build context cannot be used: ${quoted(path)} is ${kind}.`, [
    'leave it out of the tar file: only files, directories and links can be sent',
  ])
}

/** `./a//b/` is `a/b`; what leads out of the context is refused. */
function pathInContext(name: string): string {
  const parts = readable(name)
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  if (parts.includes('..'))
    throw broken(`The build context cannot be used: ${quoted(name)} leads out of it.`, [
      'pack the tar file anew, from within the directory that is to be the context',
    ])
  return parts.join('/')
}

/** A name as it is: two that are not UTF-8 would become one, and what follows a NUL is seen by some readers only. */
function readable(name: string): string {
  if (!/[\0\uFFFD]/.test(name)) return name
  throw broken(
    `The build context cannot be used: the name ${quoted(name)} is not UTF-8, or has a NUL in it.`,
    ['rename it, and pack the tar file anew'],
  )
}

/** Counts what passes, and remembers where the last entry ends: an archive that is cut there looks whole. */
class TarEnd extends Transform {
  #length = 0
  #lastEnd = 0

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#length += piece.length
    done(null, piece)
  }

  /** An entry whose content begins at `offset`. */
  passed(offset: number, size: number): void {
    this.#lastEnd = offset + size + paddingOf(size)
  }

  /** Whether a block of zeros follows the last entry. */
  get isThere(): boolean {
    return this.#length >= this.#lastEnd + TAR_BLOCK
  }
}

function cutOff({ shown }: TarFile, cause?: unknown): ActionError {
  return broken(
    `The build context ${quoted(shown)} is cut off: its end is missing.`,
    ['pack or download it anew; its size may tell what happened'],
    { cause },
  )
}

function notATar(tar: TarFile, error: unknown): ActionError {
  if (error instanceof Error && /unexpected end/i.test(error.message)) return cutOff(tar, error)
  return broken(
    `The build context ${quoted(tar.shown)} is no directory and no tar file that can be read.`,
    ['`context` takes a directory or a tar file (not compressed, or with gzip or zstd)'],
    { cause: error },
  )
}
