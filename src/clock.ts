import { setTimeout as delay } from 'node:timers/promises'

/** Time, injected: tests do not wait. */
export interface Clock {
  /** Monotonic, in milliseconds. */
  now(): number
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** What node's timers can count to, 24.8 days; who waits for longer asks again. */
const LONGEST_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => performance.now(),
  // A timer that was aborted is an ordinary end of waiting here, not an error.
  sleep: (ms, signal) =>
    delay(Math.min(ms, LONGEST_MS), undefined, { signal, ref: true }).catch(() => undefined),
}
