import { jest } from '../jest.ts'
import { single, total } from '../tally.ts'
import type { Tally } from '../tally.ts'
import type { FaultTable } from './fault-table.ts'
import { MATRIX } from './matrix.ts'

/** Runs the tests that the matrix names, and no others; a name that no test has is a failure. */
export async function faults(): Promise<Tally> {
  const tallies: Tally[] = []
  for (const table of MATRIX) tallies.push(await run(table))
  return total(tallies)
}

async function run(table: FaultTable): Promise<Tally> {
  const words = ['--testPathPatterns', filesOf(table), '--testNamePattern', patternOf(table)]
  // One at a time where the lab is: its tests break what all others need.
  const atOnce = table.project === 'e2e' ? { atOnce: 1 } : {}
  const env = { HYBRID_BUILD_LONG_TESTS: '1' }
  const tally = await jest(table.project, { words, env, ...atOnce })
  const wanted = named(table)
  // All that the pattern leaves out is «skipped» in jest's words.
  const skipped = tally.skipped.filter((name) => wanted.test(name))
  const known = new Set([...tally.passes, ...tally.failures, ...skipped])
  const missing = table.rows.filter(({ test }) => !known.has(test))
  return total([
    { ...tally, skipped },
    ...missing.map(({ test }) =>
      single(`no test is called «${test}», which the matrix of faults names`, false),
    ),
  ])
}

function filesOf({ files }: FaultTable): string {
  return String.raw`/(${files.join('|')})\.test\.ts$`
}

function named(table: FaultTable): RegExp {
  return new RegExp(patternOf(table), 'i')
}

function patternOf({ rows, told = [] }: FaultTable): string {
  const whole = rows.map(({ test }) => `${escaped(test)}$`)
  return `^(${[...whole, ...told.map(escaped)].join('|')})`
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}
