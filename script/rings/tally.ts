/** What came of a ring. Each skipped test carries its reason in its name. */
export interface Tally {
  readonly passed: number
  /** Names of the tests that passed, where the ring has names. */
  readonly passes: readonly string[]
  readonly failed: number
  readonly failures: readonly string[]
  readonly skipped: readonly string[]
}

export function total(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
    passes: tallies.flatMap((tally) => tally.passes),
    failed: tallies.reduce((sum, tally) => sum + tally.failed, 0),
    failures: tallies.flatMap((tally) => tally.failures),
    skipped: tallies.flatMap((tally) => tally.skipped),
  }
}

/** One check that is a command: it passed or it failed. */
export function single(name: string, passed: boolean): Tally {
  return {
    passed: passed ? 1 : 0,
    passes: passed ? [name] : [],
    failed: passed ? 0 : 1,
    failures: passed ? [] : [name],
    skipped: [],
  }
}
