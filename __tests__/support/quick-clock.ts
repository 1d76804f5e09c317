import { setTimeout as delay } from 'node:timers/promises'

import type { Clock } from '../../src/clock.ts'

/** A clock on which `factor` seconds pass in one: what waits for seconds is tested in milliseconds. */
export function quickClock(factor = 100): Clock {
  return {
    now: () => performance.now() * factor,
    sleep: (ms, signal) => delay(ms / factor, undefined, { signal }).catch(() => undefined),
  }
}

/** A clock that moves only by sleeping, and writes down how long. */
export function countingClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = []
  let now = 0
  return {
    slept,
    now: () => now,
    sleep: (ms) => {
      slept.push(ms)
      now += ms
      return Promise.resolve()
    },
  }
}
