import { randomFillSync } from 'node:crypto'
import { constants, gunzipSync, inflateRawSync } from 'node:zlib'

import fc from 'fast-check'

import { BLOCK_BYTES, BlockPool } from '../../src/context/block-pool.ts'
import { gzipMember } from '../../src/context/gzip-member.ts'

/** A stretch of content, by how well it compresses. */
interface Stretch {
  readonly kind: 'zeros' | 'text' | 'noise'
  readonly length: number
}

const stretches = fc.array(
  fc.record({
    kind: fc.constantFrom<Stretch['kind']>('zeros', 'text', 'noise'),
    length: fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 200_000, max: 700_000 })),
  }),
  { maxLength: 4 },
)

function contentOf(given: readonly Stretch[]): Buffer {
  return Buffer.concat(
    given.map(({ kind, length }) => {
      if (kind === 'zeros') return Buffer.alloc(length)
      return kind === 'text'
        ? Buffer.alloc(length, 'all the same words, ')
        : randomFillSync(Buffer.alloc(length))
    }),
  )
}

async function* blocksOf(content: Buffer, pool: BlockPool): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += BLOCK_BYTES) {
    await Promise.resolve()
    const part = content.subarray(at, at + BLOCK_BYTES)
    const block = pool.take().subarray(0, part.length)
    part.copy(block)
    yield block
  }
}

async function packed(content: Buffer, level = 1): Promise<Buffer> {
  const pool = new BlockPool()
  const pieces: Buffer[] = []
  for await (const piece of gzipMember(blocksOf(content, pool), pool, level)) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

test('is what zlib unpacks to the same content, in one member', async () => {
  await fc.assert(
    fc.asyncProperty(stretches, fc.constantFrom(1, 6), async (given, level) => {
      const content = contentOf(given)
      const bytes = await packed(content, level)
      expect(gunzipSync(bytes).equals(content)).toBe(true)
      // Without header and trailer it is one deflate stream, to its last byte.
      const { engine } = inflateRawSync(bytes.subarray(10, -8), { info: true }) as unknown as {
        readonly engine: { readonly bytesWritten: number }
      }
      expect(engine.bytesWritten).toBe(bytes.length - 18)
    }),
    { numRuns: 30 },
  )
})

test('has the same bytes for the same content', async () => {
  const content = contentOf([
    { kind: 'text', length: 3 * BLOCK_BYTES },
    { kind: 'noise', length: 2 * BLOCK_BYTES },
    { kind: 'text', length: 700_000 },
  ])
  expect((await packed(content)).equals(await packed(content))).toBe(true)
})

test('stores what does not compress, and deflates the rest', async () => {
  const noise = contentOf([{ kind: 'noise', length: 4 * BLOCK_BYTES }])
  const stored = await packed(noise)
  expect(stored.length - noise.length).toBeLessThan(200)
  // A stored block holds the content as it is.
  expect(stored.includes(noise.subarray(0, 60_000))).toBe(true)
  const text = contentOf([{ kind: 'text', length: 4 * BLOCK_BYTES }])
  expect((await packed(text)).length).toBeLessThan(text.length / 50)
})

test('never grows much, whatever the sample has promised', async () => {
  const mixed = Buffer.concat(
    Array.from({ length: 4 }, () =>
      Buffer.concat([Buffer.alloc(4_096), randomFillSync(Buffer.alloc(BLOCK_BYTES / 4 - 4_096))]),
    ),
  )
  expect((await packed(mixed)).length).toBeLessThan(mixed.length + 200)
})

test('shortened anywhere, never unpacks as a whole', async () => {
  const bytes = await packed(
    contentOf([
      { kind: 'noise', length: 100_000 },
      { kind: 'text', length: 300_000 },
    ]),
  )
  fc.assert(
    fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
      expect(() => gunzipSync(bytes.subarray(0, length), { finishFlush: constants.Z_FINISH })).toThrow()
    }),
  )
})

test('gives its blocks back', async () => {
  const pool = new BlockPool()
  const taken = new Set<ArrayBufferLike>()
  const take = pool.take.bind(pool)
  pool.take = () => {
    const block = take()
    taken.add(block.buffer)
    return block
  }
  const content = contentOf([{ kind: 'noise', length: 40 * BLOCK_BYTES }])
  for await (const piece of gzipMember(blocksOf(content, pool), pool, 1))
    expect(piece.length).toBeGreaterThan(0)
  expect(taken.size).toBeLessThanOrEqual(6)
})
