import { setTimeout as delay } from 'node:timers/promises'

/** Time, injected: tests do not wait. */
export interface Clock {
  /** Monotonic, in milliseconds. */
  now(): number
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  // A timer that was aborted is an ordinary end of waiting here, not an error.
  sleep: (ms, signal) => delay(ms, undefined, { signal, ref: true }).catch(() => undefined),
}
