/**
 * Bytes of a block: what is compressed on its own. Larger ones compress no
 * better, smaller ones cost more for each byte.
 */
export const BLOCK_BYTES = 262_144

/**
 * Blocks that are used again and again: a fresh buffer for each would stay in
 * memory until the garbage collector has its turn, and gigabytes pass through.
 */
export class BlockPool {
  readonly #free: Buffer[] = []

  /** A block of BLOCK_BYTES with anything in it. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES)
  }

  /** Called once for each block, when nobody looks at it any more; a part of one is left to the collector. */
  give(block: Buffer): void {
    if (block.length === BLOCK_BYTES) this.#free.push(block)
  }
}
