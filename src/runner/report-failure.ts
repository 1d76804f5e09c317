import type { Failure } from '../failure/failure.ts'
import { presentFailure } from '../failure/present.ts'
import type { Runner } from './runner.ts'

/**
 * Says what went wrong: the whole in the log, the headline on the run's page.
 * What a build printed may be quoted in it, so the lines go out as foreign text.
 */
export function reportFailure(runner: Runner, failure: Failure): void {
  const text = runner.untrusted()
  for (const line of presentFailure(failure)) text.line(line)
  text.end()
  runner.error({ title: `Image not built: ${failure.code}`, message: failure.headline })
}
