import type { BuildRequest } from './build-request.ts'
import type { InputProblem } from './input-problem.ts'
import type { InputName } from './inputs.generated.ts'

export { inputFailure, type InputProblem } from './input-problem.ts'

/**
 * An input as it was given; undefined if it was not, in which case action.yml's
 * default counts. (GitHub's runner puts the default in by itself; it gives ''
 * both for an input without default that is not given and for one given empty.)
 */
export type RawInputs = (name: InputName) => string | undefined

export type ReadRequest =
  | { readonly kind: 'request'; readonly request: BuildRequest }
  | { readonly kind: 'problems'; readonly problems: readonly InputProblem[] }

/** What the user asks for, or everything that is wrong with it, all at once. */
export function readRequest(
  inputs: RawInputs,
  environment: Readonly<Record<string, string | undefined>>,
): ReadRequest {
  throw new Error(`not written yet ${inputs('tags') ?? ''} ${environment['HOME'] ?? ''}`)
}
