import { BlockFiller } from './block-filler.ts'
import type { BlockPool } from './block-pool.ts'
import type { ArchiveEntry } from './context-entry.ts'
import { FileContent } from './file-content.ts'
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
  const filler = new BlockFiller(pool)
  for await (const entry of entries) {
    signal.throwIfAborted()
    filler.put(headers.of(entry))
    if (entry.kind === 'text') {
      const text = Buffer.from(entry.text)
      filler.put(text)
      filler.put(paddingAfter(text.length))
    } else if (entry.kind === 'streamed') {
      for await (const piece of entry.content) {
        filler.put(piece)
        for (const block of filler.takeFull()) yield block
        signal.throwIfAborted()
      }
      filler.put(paddingAfter(entry.size))
    } else if (entry.kind === 'file') {
      const content = new FileContent(entry)
      try {
        while (!content.isAtEnd) {
          const count = content.readInto(filler.room)
          filler.advance(typeof count === 'number' ? count : await count)
          for (const block of filler.takeFull()) yield block
          signal.throwIfAborted()
        }
        content.checkUnchanged()
      } finally {
        content.close()
      }
      filler.put(paddingAfter(entry.size))
    }
    for (const block of filler.takeFull()) yield block
  }
  filler.put(END)
  yield* filler.takeFull()
  if (filler.rest.length > 0) yield filler.rest
}

function paddingAfter(size: number): Uint8Array {
  return ZEROS.subarray(0, paddingOf(size))
}
