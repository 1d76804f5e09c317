import type { Failure } from '../failure/failure.ts'
import { presentFailure } from '../failure/present.ts'
import type { Runner } from './runner.ts'

/**
 * Says in the log what went wrong, why, and what to do. What a build printed
 * may be quoted in it, so the lines go out as foreign text.
 */
export function tellFailure(runner: Runner, failure: Failure): void {
  const text = runner.untrusted()
  for (const line of presentFailure(failure)) text.line(line)
  text.end()
}
