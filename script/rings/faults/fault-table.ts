/** One fault, what is right then, and the test that shows it. */
export interface FaultRow {
  readonly fault: string
  readonly expectation: string
  /** Full name of a test, as jest reports it. */
  readonly test: string
}

/** Rows that stand together, and where their tests are. */
export interface FaultTable {
  readonly title: string
  /** What the faults happen to. */
  readonly where: string
  /** Project of jest.config.js. */
  readonly project: 'unit' | 'contract' | 'bundle' | 'e2e'
  /** Files that have the tests, without `.test.ts`. */
  readonly files: readonly string[]
  readonly rows: readonly FaultRow[]
  /** Beginnings of names: the rest of each is a row, `fault → expectation`. */
  readonly told?: readonly string[]
}

/** `[fault, expectation, test]`; the tests' names begin with `about`. */
export const of = (
  about: string,
  ...rows: readonly (readonly [string, string, string])[]
): readonly FaultRow[] =>
  rows.map(([fault, expectation, test]) => ({ fault, expectation, test: `${about} ${test}` }))
