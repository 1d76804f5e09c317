import { BLOCK_BYTES } from './block-pool.ts'
import type { BlockPool } from './block-pool.ts'
import type { ArchiveEntry } from './context-entry.ts'
import { fileContent } from './file-content.ts'
import { paddingOf, TAR_BLOCK, TarHeaders } from './tar-header.ts'

/**
 * Two blocks of zeros end an archive; readers stop there. The zeros after them
 * are for a standard input that cannot be ended (v4.channel.k8s.io): Go's gzip
 * keeps back up to 32 KiB, a window of deflate, until it knows whether another
 * member follows, and would wait for that with the archive's end in its hands.
 */
const END = Buffer.alloc(2 * TAR_BLOCK + 32_768)
const ZEROS = Buffer.alloc(TAR_BLOCK)

/**
 * The entries as a tar, in the order given, in blocks of BLOCK_BYTES (the last
 * may be shorter) that whoever takes them gives back to the pool. Files are
 * read straight into the blocks. Throws ActionError for a file that cannot be
 * read or has changed, and the signal's reason.
 */
export async function* tarBlocks(
  entries: Iterable<ArchiveEntry> | AsyncIterable<ArchiveEntry>,
  pool: BlockPool,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const headers = new TarHeaders()
  let block = pool.take()
  let filled = 0

  function* advance(count: number): Generator<Buffer, void, undefined> {
    filled += count
    if (filled < BLOCK_BYTES) return
    const full = block
    block = pool.take()
    filled = 0
    yield full
  }

  function* put(bytes: Uint8Array): Generator<Buffer, void, undefined> {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + BLOCK_BYTES - filled)
      block.set(part, filled)
      at += part.length
      yield* advance(part.length)
    }
  }

  for await (const entry of entries) {
    signal.throwIfAborted()
    yield* put(headers.of(entry))
    if (entry.kind === 'text') {
      const text = Buffer.from(entry.text)
      yield* put(text)
      yield* put(ZEROS.subarray(0, paddingOf(text.length)))
    } else if (entry.kind === 'streamed') {
      for await (const piece of entry.content) {
        yield* put(piece)
        signal.throwIfAborted()
      }
      yield* put(ZEROS.subarray(0, paddingOf(entry.size)))
    } else if (entry.kind === 'file') {
      for await (const count of fileContent(entry, () => block.subarray(filled))) {
        yield* advance(count)
        signal.throwIfAborted()
      }
      yield* put(ZEROS.subarray(0, paddingOf(entry.size)))
    }
  }
  yield* put(END)
  if (filled > 0) yield block.subarray(0, filled)
}
