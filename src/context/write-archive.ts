import { BlockPool } from './block-pool.ts'
import type { ArchiveEntry } from './context-entry.ts'
import { gzipMember } from './gzip-member.ts'
import { tarBlocks } from './tar-blocks.ts'

/** For what is kept in a ConfigMap, where each byte counts, and for what goes over the wire as fast as it can. */
const LEVEL = { small: 6, fast: 1 } as const

/** In the order of the archive. */
export type Entries = Iterable<ArchiveEntry> | AsyncIterable<ArchiveEntry>

/** Thrown when the compressed archive is longer than allowed. */
export class LimitExceeded extends Error {
  override readonly name = 'LimitExceeded'
}

/**
 * The entries as a tar in one gzip member, in the order given, while they are
 * read. The same entries make the same bytes. Each piece is valid until the
 * next one is asked for. Throws ActionError for a file that cannot be read or
 * has changed, and the signal's reason.
 */
export function streamArchive(
  entries: Entries,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  return packed(entries, LEVEL.fast, signal)
}

/** The same archive in memory, pressed smaller; gives up with LimitExceeded once it is longer than `limitBytes`. */
export async function writeArchive(
  entries: Entries,
  limitBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of packed(entries, LEVEL.small, signal)) {
    length += piece.length
    if (length > limitBytes) throw new LimitExceeded()
    pieces.push(Buffer.from(piece))
  }
  signal.throwIfAborted()
  return Buffer.concat(pieces, length)
}

function packed(
  entries: Entries,
  level: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const pool = new BlockPool()
  return gzipMember(tarBlocks(entries, pool, signal), pool, level)
}
