import type { ActionError } from '../failure/failure.ts'
import { broken, quoted } from './context-problem.ts'
import type { PatternError } from './ignore-pattern.ts'

/** An ignore file that nobody can follow. */
export function unusable(ignoreFile: string, error: PatternError): ActionError {
  return broken(
    `The ignore file ${quoted(ignoreFile)} cannot be used: ${error.message}.`,
    ['correct the line; a literal [ or \\ is written \\[ or \\\\'],
    { cause: error },
  )
}
