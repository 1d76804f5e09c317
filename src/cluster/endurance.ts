import type { Clock } from '../clock.ts'
import { isTransient } from './transient.ts'

/**
 * Where a server has answered, credentials and rights were in order: an API
 * server that restarts refuses for a moment whatever it likes (401 and 403
 * while its authorizers start), and proxies answer in other protocols. In milliseconds.
 */
export const DISBELIEF_MS = 45_000

/** A server that has been away for so long is told of, in milliseconds: one that restarts is back before. */
export const SILENT_MS = 30_000

/**
 * And after so long it is given up, in milliseconds. A build goes on without
 * its API server, and the only one of a small managed cluster is away for
 * minutes while it is upgraded.
 */
export const GONE_MS = 15 * 60_000

export interface Silence {
  /** Told once, after `SILENT_MS` without an answer. `error` is the last one. */
  onSilence(error: unknown): void
  /** The server answers again, after `onSilence`. */
  onAnswer(): void
}

/** For how long a server is asked again in the middle of a build, by what it has answered and since when it has not. */
export class Endurance {
  readonly #clock: Pick<Clock, 'now'>
  readonly #listener: Partial<Silence>
  #hasAnswered = false
  /** Since when, by the clock, it has only failed in ways that pass. */
  #silentSince: number | undefined
  /** Since when it has failed in a way that mostly does not pass. */
  #doubtfulSince: number | undefined
  #isTold = false

  constructor(clock: Pick<Clock, 'now'>, listener: Partial<Silence> = {}) {
    this.#clock = clock
    this.#listener = listener
  }

  answered(): void {
    this.#hasAnswered = true
    this.#silentSince = undefined
    this.#doubtfulSince = undefined
    if (this.#isTold) this.#listener.onAnswer?.()
    this.#isTold = false
  }

  /** Whether to ask again after this error. */
  bears(error: unknown): boolean {
    const now = this.#clock.now()
    if (isTransient(error)) {
      this.#silentSince ??= now
      if (now - this.#silentSince >= SILENT_MS) this.#tell(error)
      return now - this.#silentSince < GONE_MS
    }
    if (!this.#hasAnswered) return false
    this.#doubtfulSince ??= now
    return now - this.#doubtfulSince < DISBELIEF_MS
  }

  #tell(error: unknown): void {
    if (this.#isTold) return
    this.#isTold = true
    this.#listener.onSilence?.(error)
  }
}
