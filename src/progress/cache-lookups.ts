import type { CacheUse, Step, StepRecord } from './build-record.ts'

/** What one instruction had of the cache. */
export interface Lookup {
  readonly cache: 'hit' | 'miss' | undefined
  /** Whether its stage had only hits before. */
  readonly endsCache: boolean
}

/**
 * What the log says that the cache has of a stage, told before any of the
 * stage's instructions runs, and what each instruction therefore had of it.
 */
export class CacheLookups {
  readonly #most: number
  /** Texts of instructions that the cache has and that are still to come, or that it lacks. */
  #hits: string[] = []
  #missed: string | undefined
  #isOpen = false
  /** What the present stage has had so far. */
  #has = { hit: false, miss: false }

  /** `most`: so many hits of a stage are kept. A process can forge the beginning of a stage, and then hits without end. */
  constructor(most: number) {
    this.#most = most
  }

  enterStage(): void {
    this.#hits = []
    this.#missed = undefined
    this.#isOpen = true
    this.#has = { hit: false, miss: false }
  }

  /** From here on anything may be printed by somebody else: nothing more is believed in this stage. */
  close(): void {
    this.#isOpen = false
  }

  hit(instruction: string): void {
    if (this.#isOpen && this.#hits.length < this.#most) this.#hits.push(squeezed(instruction))
  }

  miss(instruction: string): void {
    if (this.#isOpen) this.#missed = squeezed(instruction)
  }

  /** What the stage's next instruction has of the cache. */
  take(instruction: string): Lookup {
    const cache = this.#cacheOf(instruction)
    const endsCache = cache === 'miss' && this.#has.hit && !this.#has.miss
    if (cache !== undefined) this.#has[cache] = true
    return { cache, endsCache }
  }

  #cacheOf(instruction: string): Lookup['cache'] {
    const wanted = squeezed(instruction)
    const at = this.#hits.indexOf(wanted)
    if (at >= 0) {
      // The same instruction may come again, and not be cached then.
      this.#hits.splice(at, 1)
      return 'hit'
    }
    // After the first miss of a stage nothing is looked up any more: of what follows, RUNs are what is cached.
    return wanted === this.#missed || /^RUN\s/i.test(instruction) ? 'miss' : undefined
  }
}

/** Hits and misses of a build, from its steps in order, each with the number of its stage. */
export function cacheUse(steps: readonly (StepRecord & { readonly stage: number })[]): CacheUse {
  const first = steps.findIndex(({ cache }) => cache === 'miss')
  const firstMiss = steps[first]
  const before = first < 0 ? steps : steps.slice(0, first)
  const lastHit = before.findLast((step) => step.cache === 'hit' && step.stage === firstMiss?.stage)
  return {
    hits: steps.filter(({ cache }) => cache === 'hit').length,
    misses: steps.filter(({ cache }) => cache === 'miss').length,
    firstMiss: firstMiss && stepOf(firstMiss),
    lastHitBefore: lastHit && stepOf(lastHit),
  }
}

const stepOf = ({ kind, title, place }: Step): Step => ({ kind, title, place })

const squeezed = (text: string): string => text.replace(/\s+/g, '')
