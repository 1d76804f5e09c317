import type { Ended, Running } from './process.ts'

/** GitHub's runner, to a step that is cancelled: SIGINT, SIGTERM so many milliseconds later, and then the kill. */
const STEPS: readonly (readonly [signal: NodeJS.Signals, waitMs: number])[] = [
  ['SIGINT', 7_500],
  ['SIGTERM', 2_500],
]

/** How a step ended that was cancelled. `signals`: what it took. */
export interface Cancelled extends Ended {
  readonly signals: readonly NodeJS.Signals[]
}

/** Ends a process as GitHub's runner ends a step. */
export async function cancelAsRunner({ child, ended }: Running): Promise<Cancelled> {
  const signals: NodeJS.Signals[] = []
  for (const [signal, waitMs] of STEPS) {
    signals.push(signal)
    child.kill(signal)
    const end = await within(ended, waitMs)
    if (end !== undefined) return { ...end, signals }
  }
  child.kill('SIGKILL')
  return { ...(await ended), signals: [...signals, 'SIGKILL'] }
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
