import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

import { pack } from 'tar-stream'
import type { Header, Pack } from 'tar-stream'

import type { ContextEntry, FileEntry } from './context-entry.ts'
import { fileContent } from './file-content.ts'

/**
 * The time of folders and links, which nothing looks at: so that the same files
 * make the same bytes. Files keep their own, in whole seconds, as with Docker.
 * One time for those too would keep COPY's layers the same after every
 * checkout, but web servers take time and size for a file's identity: a page
 * that changed by a digit would stay the old one in browsers. Not the epoch:
 * ZIP knows no time before 1980.
 */
const MODIFIED = new Date('1980-01-02T00:00:00Z')

/** Where a gzip header says on what system it was made; 255 is "unknown". */
const GZIP_SYSTEM = 9

/** Thrown when the compressed archive is longer than allowed. */
export class LimitExceeded extends Error {
  override readonly name = 'LimitExceeded'
}

/**
 * The entries as a tar in one gzip member, in the order given. The same entries
 * make the same bytes. Holds what is compressed, and no file as a whole; stops
 * at `limitBytes` with LimitExceeded. Throws ActionError for a file that
 * cannot be read or changes.
 */
export async function writeArchive(
  entries: readonly ContextEntry[],
  limitBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const tar = pack()
  const written = writeEntries(tar, entries, signal).catch((error: unknown) => {
    tar.destroy(error instanceof Error ? error : new Error('packing failed', { cause: error }))
    throw error
  })
  const compressed = pipeline(
    tar,
    createGzip(),
    (source: AsyncIterable<Buffer>) => collect(source, limitBytes),
    {
      signal,
    },
  )
  const [writing, compressing] = await Promise.allSettled([written, compressed])
  signal.throwIfAborted()
  // Whichever ends first ends the other too, with an error that says nothing.
  if (compressing.status === 'rejected' && compressing.reason instanceof LimitExceeded)
    throw compressing.reason
  if (writing.status === 'rejected') throw writing.reason
  if (compressing.status === 'rejected') throw compressing.reason
  return compressing.value
}

async function collect(source: AsyncIterable<Buffer>, limitBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of source) {
    length += chunk.length
    if (length > limitBytes) throw new LimitExceeded()
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks, length)
  bytes[GZIP_SYSTEM] = 255
  return bytes
}

async function writeEntries(tar: Pack, entries: readonly ContextEntry[], signal: AbortSignal): Promise<void> {
  for (const entry of entries) {
    signal.throwIfAborted()
    if (entry.kind === 'file') await writeFile(tar, entry)
    else await writeWhole(tar, entry)
  }
  tar.finalize()
}

function writeWhole(tar: Pack, entry: Exclude<ContextEntry, FileEntry>): Promise<void> {
  switch (entry.kind) {
    case 'directory':
      return added((done) => tar.entry(header(entry.path, { type: 'directory', mode: entry.mode }), done))
    case 'symlink': {
      const link = header(entry.path, { type: 'symlink', mode: 0o777, linkname: entry.target })
      return added((done) => tar.entry(link, done))
    }
    case 'text':
      return added((done) => tar.entry(header(entry.path, { type: 'file', mode: 0o644 }), entry.text, done))
  }
}

async function writeFile(tar: Pack, entry: FileEntry): Promise<void> {
  const { path, mode, size, modified } = entry
  let sink: ReturnType<Pack['entry']> | undefined
  const ended = added((done) => {
    sink = tar.entry(header(path, { type: 'file', mode, size, mtime: modified }), done)
    return sink
  })
  // The failure that counts is the one below, or the one that destroyed the archive.
  ended.catch(() => undefined)
  for await (const chunk of fileContent(entry)) {
    if (sink === undefined || sink.destroyed) break
    if (!sink.write(chunk)) await Promise.race([once(sink, 'drain'), ended])
  }
  sink?.end(null)
  await ended
}

/** Not written: it keeps tar-stream from taking the permissions 000 for none given. */
const REGULAR = 0o100000

function header(
  name: string,
  rest: Partial<Omit<Header, 'name' | 'mode'>> & { readonly mode: number },
): Partial<Header> & { readonly name: string } {
  return { name, uid: 0, gid: 0, mtime: MODIFIED, ...rest, mode: rest.mode | REGULAR }
}

function added(add: (done: (error?: Error | null) => void) => ReturnType<Pack['entry']>): Promise<void> {
  return new Promise((resolve, reject) => {
    // Told twice, by the call and by the event; an event nobody hears would end the process.
    add((error) => (error ? reject(error) : resolve())).on('error', reject)
  })
}
