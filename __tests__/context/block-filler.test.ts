import fc from 'fast-check'

import { BlockFiller } from '../../src/context/block-filler.ts'
import { BLOCK_BYTES, BlockPool } from '../../src/context/block-pool.ts'

/** Bytes that are put, or written into the room. */
const pieces = fc.array(
  fc.record({
    length: fc.oneof(fc.nat(1_000), fc.integer({ min: 200_000, max: 600_000 })),
    isPut: fc.boolean(),
    fill: fc.nat(255),
  }),
  { maxLength: 6 },
)

test('what goes in comes out in its order, in full blocks and a rest', () => {
  fc.assert(
    fc.property(pieces, (given) => {
      const filler = new BlockFiller(new BlockPool())
      const out: Buffer[] = []
      for (const { length, isPut, fill } of given) {
        if (isPut) filler.put(Buffer.alloc(length, fill))
        for (let left = isPut ? 0 : length; left > 0;) {
          const room = filler.room.subarray(0, left).fill(fill)
          filler.advance(room.length)
          left -= room.length
        }
        out.push(...filler.takeFull())
      }
      expect(out.every((block) => block.length === BLOCK_BYTES)).toBe(true)
      expect(filler.rest.length).toBeLessThan(BLOCK_BYTES)
      const content = Buffer.concat(given.map(({ length, fill }) => Buffer.alloc(length, fill)))
      expect(Buffer.concat([...out, filler.rest]).equals(content)).toBe(true)
    }),
    { numRuns: 50 },
  )
})
