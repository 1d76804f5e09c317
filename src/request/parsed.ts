/** What a text became: a value, or everything that is wrong with it. */
export type Parsed<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'problems'; readonly problems: readonly ValueProblem[] }

export interface ValueProblem {
  /** The offending part as the user wrote it; absent where it could be secret. */
  readonly value?: string
  /** What is wrong and the cure, without a full stop. */
  readonly problem: string
}

/** The text meant `value`. */
export function parsed<T>(value: T): Parsed<T> {
  return { kind: 'value', value }
}

/** The text means nothing, for one reason. */
export function refused(problem: string, value?: string): Parsed<never> {
  return { kind: 'problems', problems: [value === undefined ? { problem } : { value, problem }] }
}

/** All values, or all problems of all of them. */
export function gathered<T>(results: readonly Parsed<T>[]): Parsed<readonly T[]> {
  const problems = results.flatMap((result) => (result.kind === 'problems' ? result.problems : []))
  if (problems.length > 0) return { kind: 'problems', problems }
  return parsed(results.flatMap((result) => (result.kind === 'value' ? [result.value] : [])))
}
