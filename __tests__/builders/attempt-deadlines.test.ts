import { AttemptDeadlines } from '../../src/builders/attempt-deadlines.ts'
import type { Verdict } from '../../src/failure/verdict.ts'
import { manualClock } from '../support/manual-clock.ts'

const PLAN = { scheduleTimeoutSeconds: 60, timeoutSeconds: 600 }
const RUNNING: Verdict = { kind: 'running', node: 'node-1' }
const WAITING: Verdict = { kind: 'waiting', why: 'a node' }
const stuck = (graceSeconds: number, code: 'executor-pull' | 'unschedulable' = 'executor-pull'): Verdict => ({
  kind: 'stuck',
  why: 'it',
  code,
  graceSeconds,
  diagnosis: { code, detail: '' },
})

async function after(...steps: readonly (Verdict | number)[]): Promise<AttemptDeadlines> {
  const clock = manualClock()
  const deadlines = new AttemptDeadlines(PLAN, clock)
  for (const step of steps) {
    if (typeof step === 'number') await clock.advance(step)
    else deadlines.remember(step)
  }
  return deadlines
}

describe('an attempt may last', () => {
  test.each<[string, readonly (Verdict | number)[], number, number]>([
    ['until its schedule timeout before it runs', [WAITING], 60_000, Infinity],
    ['until its timeout from when it ran', [1_000, RUNNING], 601_000, Infinity],
    ['no longer for being seen again', [RUNNING, 5_000, RUNNING], 600_000, Infinity],
    ['as long as its trouble is given', [2_000, stuck(15)], 60_000, 17_000],
    ['less, once that is known not to heal', [stuck(15), 5_000, stuck(6)], 60_000, 6_000],
    ['not more for the same trouble', [stuck(5), 1_000, stuck(15)], 60_000, 5_000],
    ['anew for another trouble', [stuck(5), 1_000, stuck(15, 'unschedulable')], 60_000, 16_000],
    ['as before, once the trouble has passed', [stuck(5), 1_000, WAITING], 60_000, Infinity],
  ])('%s', async (_, steps, phase, trouble) => {
    const deadlines = await after(...steps)
    expect([deadlines.phase, deadlines.trouble]).toEqual([phase, trouble])
    expect(deadlines.hasRun).toBe(steps.includes(RUNNING))
  })
})
