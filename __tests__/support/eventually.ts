import { setTimeout as delay } from 'node:timers/promises'

/** Below jest's own 5 s: a condition that never holds is told by its text, and nothing goes on after the test. */
const LIMIT_MS = 4_500

/** Waits until something holds; `limitMs` for a test that has more time than others. */
export async function until(holds: () => boolean, limitMs = LIMIT_MS): Promise<void> {
  const began = performance.now()
  while (!holds()) {
    if (performance.now() - began > limitMs) throw new Error(`it never came to this: ${holds.toString()}`)
    await delay(2)
  }
}
