import type { Failure } from '../failure/failure.ts'
import type { Runner } from './runner.ts'
import { failureAnnotation } from '../report/annotations.ts'
import { tellFailure } from './tell-failure.ts'

const STEP_DEBUGGING =
  'run it again with step debugging (secret ACTIONS_STEP_DEBUG = true) and report what it prints'

/** Says that the action itself is broken. The stack is shown only where somebody debugs; `cure`: how to. */
export function reportCrash(runner: Runner, error: unknown, debug: boolean, cure = STEP_DEBUGGING): void {
  const failure: Failure = {
    code: 'internal',
    headline: 'The action itself failed; this is a defect of it, not of your build.',
    details: debug && error instanceof Error ? (error.stack ?? error.message).split('\n') : [],
    cures: [cure],
  }
  runner.output('outcome', 'failed')
  runner.output('failure-code', failure.code)
  runner.output('failure-message', failure.headline)
  tellFailure(runner, failure)
  runner.annotate(failureAnnotation(failure))
}
