import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from './command.ts'

const POLL_MS = 50

/**
 * Asks until the answer is no longer undefined and returns it.
 * Throws a LabError that names what was waited for when `seconds` have passed.
 */
export async function waitFor<Answer>(
  what: string,
  seconds: number,
  ask: () => Promise<Answer | undefined> | Answer | undefined,
): Promise<Answer> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > end) throw new LabError(`${what}: nothing after ${seconds.toFixed(0)} s`)
    await sleep(POLL_MS)
  }
}

/** Like waitFor, for a question that is answered yes or no. */
export async function waitUntil(
  what: string,
  seconds: number,
  ask: () => Promise<boolean> | boolean,
): Promise<void> {
  await waitFor(what, seconds, async () => ((await ask()) ? true : undefined))
}
