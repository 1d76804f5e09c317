import type { Clock } from '../../src/clock.ts'

/** A clock that moves only when told to, and then wakes whoever slept until that time. */
export interface ManualClock extends Clock {
  /** Moves time on by `ms` milliseconds and lets everything run that waited for it. */
  advance(ms: number): Promise<void>
}

export function manualClock(): ManualClock {
  let time = 0
  let sleepers: readonly { readonly until: number; readonly wake: () => void }[] = []
  return {
    now: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = { until: time + ms, wake: resolve }
        sleepers = [...sleepers, sleeper]
        signal.addEventListener('abort', () => {
          sleepers = sleepers.filter((other) => other !== sleeper)
          resolve()
        })
      }),
    async advance(ms) {
      // What is under way may still be about to fall asleep.
      await settle()
      time += ms
      const awake = sleepers.filter(({ until }) => until <= time)
      sleepers = sleepers.filter(({ until }) => until > time)
      for (const { wake } of awake) wake()
      await settle()
    },
  }
}

/** Lets all promises that can run do so. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
}
