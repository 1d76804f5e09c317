import type { Clock } from '../clock.ts'
import { ApiError } from './api-error.ts'
import { isTransient } from './transient.ts'

/** How long a request is tried again. Times in milliseconds. */
export interface RetryPolicy {
  /** Requests altogether, the first included. */
  readonly attempts: number
  readonly firstDelayMs: number
  readonly maxDelayMs: number
  /** No attempt begins later than this after the first. */
  readonly totalMs: number
}

/** A cluster that was not there before is told about within seconds. */
export const FIRST_CONTACT: RetryPolicy = {
  attempts: 4,
  firstDelayMs: 200,
  maxDelayMs: 2_000,
  totalMs: 8_000,
}

/** In the middle of a build an API server may restart: it takes tens of seconds. */
export const DURING_BUILD: RetryPolicy = {
  attempts: 12,
  firstDelayMs: 200,
  maxDelayMs: 5_000,
  totalMs: 45_000,
}

/** A cancelled step has seconds left: what is not answered within 2 s is asked again. */
export const LAST_MOMENT: RetryPolicy = { attempts: 4, firstDelayMs: 100, maxDelayMs: 500, totalMs: 5_000 }

/** Time and chance, injected. */
export interface Patience {
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
}

/**
 * Sends again what failed for a reason that passes. A Retry-After is obeyed,
 * even beyond `maxDelayMs`, but never beyond `totalMs`. Throws the last error,
 * or the signal's reason.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  patience: Patience,
  signal: AbortSignal,
  isPassing: (error: unknown) => boolean = isTransient,
): Promise<T> {
  const began = patience.clock.now()
  for (let tried = 1; ; tried++) {
    signal.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      if (signal.aborted || tried >= policy.attempts || !isPassing(error)) throw error
      const wait = waitBefore(tried, error, policy, patience.random)
      if (patience.clock.now() - began + wait > policy.totalMs) throw error
      await patience.clock.sleep(wait, signal)
    }
  }
}

/** Doubled each time, and scattered over its upper half: fifty builds that lost their server do not return as one. */
export function backoffMs(
  tried: number,
  policy: Pick<RetryPolicy, 'firstDelayMs' | 'maxDelayMs'>,
  random: () => number,
): number {
  const full = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** Math.min(tried - 1, 30))
  return full * (0.5 + random() / 2)
}

function waitBefore(tried: number, error: unknown, policy: RetryPolicy, random: () => number): number {
  const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0
  return Math.max(asked, backoffMs(tried, policy, random))
}
