import { setTimeout as delay } from 'node:timers/promises'

/** Below jest's own 5 s: a condition that never holds is told by its text, and nothing goes on after the test. */
const LIMIT_MS = 4_500

/** Waits until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  const began = performance.now()
  while (!holds()) {
    if (performance.now() - began > LIMIT_MS) throw new Error(`it never came to this: ${holds.toString()}`)
    await delay(2)
  }
}
