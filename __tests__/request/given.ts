import type { BuildRequest } from '../../src/request/build-request.ts'
import type { InputName } from '../../src/request/inputs.generated.ts'
import { inputFailure, type InputProblem, readClusterRequest } from '../../src/request/read-request.ts'

export type GivenInputs = Readonly<Partial<Record<InputName, string>>>
type Environment = Readonly<Record<string, string | undefined>>

/** The request that these inputs make; fails the test where they make none. */
export function requestOf(inputs: GivenInputs, environment: Environment = {}): BuildRequest {
  const read = readClusterRequest((name) => inputs[name], environment)
  if (read.kind === 'problems') throw new Error(inputFailure(read.problems).details.join('\n'))
  return read.request
}

/** All that is wrong with these inputs; none if nothing is. */
export function problemsOf(inputs: GivenInputs, environment: Environment = {}): readonly InputProblem[] {
  const read = readClusterRequest((name) => inputs[name], environment)
  return read.kind === 'problems' ? read.problems : []
}

/** A text with `part` in it; typed, unlike jest's own. */
export const containing = (part: string): unknown => expect.stringContaining(part)

/** A list with these entries in it, among others. */
export const including = (...entries: readonly unknown[]): unknown => expect.arrayContaining([...entries])

/** Of a request that asks for nothing to be proved, skipped or loaded. */
export const NOTHING_DEPLOYED = {
  load: false,
  verification: { reads: false, pulls: false, isByDefault: true },
  skipIfExists: false,
} as const
