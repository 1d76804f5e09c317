import { crc32 } from 'node:zlib'

import type { BlockPool } from './block-pool.ts'
import { BlockDeflater } from './block-deflater.ts'

/** No name, no time, and 255: an unknown system. The same bytes on every machine. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)

/** A last block of deflate, stored and empty. */
const LAST_BLOCK = Uint8Array.of(1, 0, 0, 0xff, 0xff)

/** Most bytes of a stored block of deflate: its length has 16 bits. */
const STORED_BYTES = 65_535

/** Blocks on their way at the same time: one for each of the threads that node has for it. */
const AT_A_TIME = 4

/** A block does not compress if this much of its sample is left: stored, it costs nothing, and a fast link has room for the rest. */
const NOT_WORTH_IT = 0.9

/**
 * Blocks as one gzip member, each deflated on its own (side by side), or stored
 * if it does not compress. One member, not one for each block: readers take a
 * file that ends after a whole member for a whole file. Gives each block back
 * to the pool. Each piece is valid until the next one is asked for.
 */
export async function* gzipMember(
  blocks: AsyncIterable<Buffer>,
  pool: BlockPool,
  level: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const deflaters = Array.from({ length: AT_A_TIME }, () => new BlockDeflater(level))
  const pending: Promise<Packed>[] = []
  let [checksum, length, count] = [0, 0, 0]
  try {
    yield HEADER
    for await (const block of blocks) {
      checksum = crc32(block, checksum)
      length += block.length
      const packed = pack(block, deflaters[count++ % AT_A_TIME])
      // Whoever takes it hears of it; until then it is nobody's.
      packed.catch(() => undefined)
      pending.push(packed)
      if (pending.length === AT_A_TIME) yield* piecesOf(await pending.shift(), pool)
    }
    for (const packed of pending) yield* piecesOf(await packed, pool)
    yield LAST_BLOCK
    yield trailer(checksum, length)
  } finally {
    for (const deflater of deflaters) deflater.close()
  }
}

interface Packed {
  readonly block: Buffer
  /** Undefined: it is to be stored. */
  readonly deflated: readonly Uint8Array[] | undefined
}

async function pack(block: Buffer, deflater: BlockDeflater | undefined): Promise<Packed> {
  if (deflater === undefined || !(await compresses(block, deflater))) return { block, deflated: undefined }
  const deflated = await deflater.deflate(block)
  return { block, deflated: lengthOf(deflated) < block.length ? deflated : undefined }
}

/** By a sample: to deflate all of it for nothing would cost more than sending it. */
async function compresses(block: Buffer, deflater: BlockDeflater): Promise<boolean> {
  const sample = deflater.sampleOf(block)
  return lengthOf(await deflater.deflate(sample)) < sample.length * NOT_WORTH_IT
}

const lengthOf = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0)

function* piecesOf(packed: Packed | undefined, pool: BlockPool): Generator<Uint8Array, void, undefined> {
  if (packed === undefined) return
  if (packed.deflated !== undefined) yield* packed.deflated
  else yield* stored(packed.block)
  pool.give(packed.block)
}

function* stored(block: Buffer): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < block.length; at += STORED_BYTES) {
    const part = block.subarray(at, at + STORED_BYTES)
    const header = Buffer.alloc(5)
    header.writeUInt16LE(part.length, 1)
    header.writeUInt16LE(part.length ^ 0xffff, 3)
    yield header
    yield part
  }
}

function trailer(checksum: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(checksum, 0)
  bytes.writeUInt32LE(length % 2 ** 32, 4)
  return bytes
}
