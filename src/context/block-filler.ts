import { BLOCK_BYTES } from './block-pool.ts'
import type { BlockPool } from './block-pool.ts'

const NONE: readonly Buffer[] = []

/** Lays bytes one behind the other into blocks of a pool. */
export class BlockFiller {
  readonly #pool: BlockPool
  #block: Buffer
  #filled = 0
  #full: Buffer[] = []

  constructor(pool: BlockPool) {
    this.#pool = pool
    this.#block = pool.take()
  }

  /** Where the next bytes go, at least one; whoever writes some there says so with `advance`. */
  get room(): Buffer {
    return this.#block.subarray(this.#filled)
  }

  advance(count: number): void {
    this.#filled += count
    if (this.#filled < BLOCK_BYTES) return
    this.#full.push(this.#block)
    this.#block = this.#pool.take()
    this.#filled = 0
  }

  put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + BLOCK_BYTES - this.#filled)
      this.#block.set(part, this.#filled)
      at += part.length
      this.advance(part.length)
    }
  }

  /** The blocks that have become full since this was last asked. */
  takeFull(): readonly Buffer[] {
    if (this.#full.length === 0) return NONE
    const full = this.#full
    this.#full = []
    return full
  }

  /** The block that is not full, as far as it is filled. */
  get rest(): Buffer {
    return this.#block.subarray(0, this.#filled)
  }
}
