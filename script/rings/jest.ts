import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative } from 'node:path'

import { command } from './command.ts'
import { single } from './tally.ts'
import type { Tally } from './tally.ts'

/** The part of jest's `--json` report that is read here. */
export interface JestReport {
  readonly numPassedTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

/** How a project of jest.config.js is run. */
export interface JestOptions {
  /** Further words for jest. */
  readonly words?: readonly string[]
  /** More environment variables. */
  readonly env?: Readonly<Record<string, string>>
  /** How many of its files run at once; 1: in jest's own process. */
  readonly atOnce?: number
}

/** Runs one project of jest.config.js, as many files at once as there are cores. */
export async function jest(
  project: string,
  { words = [], env = {}, atOnce = availableParallelism() }: JestOptions = {},
): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'jest-'))
  const file = join(folder, 'report.json')
  try {
    const jestWords = [
      'node',
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--selectProjects',
      project,
      '--json',
      `--outputFile=${file}`,
      ...words,
      // Left to itself, jest would use all cores but one.
      ...(atOnce === 1 ? ['--runInBand'] : [`--maxWorkers=${atOnce}`]),
    ]
    const succeeded = await command(jestWords, { env })
    // Written by jest itself a moment ago.
    return tallyOf(project, JSON.parse(readFileSync(file, 'utf8')) as JestReport, succeeded)
  } catch {
    return single(`jest could not run the ring ${project}`, false)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * What jest's report says, and what it does not: `succeeded` is whether jest's
 * process ended with exit code 0.
 */
export function tallyOf(project: string, report: JestReport, succeeded: boolean): Tally {
  // By file: in which order they ended is chance, and docs/end-to-end.md is made of this.
  const files = report.testResults.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const named = (status: string): string[] =>
    files.flatMap(({ assertionResults }) =>
      assertionResults.filter((result) => result.status === status).map((result) => result.fullName),
    )
  const failures = [...named('failed'), ...brokenFiles(report)]
  // A worker that died, a threshold, a handle that stayed open: the report need not know of it.
  if (!succeeded && failures.length === 0) failures.push(`jest ended the ring ${project} with an error`)
  return {
    passed: report.numPassedTests,
    passes: named('passed'),
    failed: failures.length,
    failures,
    skipped: [...named('pending'), ...named('todo')],
  }
}

/** Files that failed without a failed test of their own: one that cannot be loaded, or its afterAll. */
function brokenFiles(report: JestReport): readonly string[] {
  return report.testResults
    .filter(({ status, assertionResults }) => {
      const ownFailure = assertionResults.some((result) => result.status === 'failed')
      return status === 'failed' && !ownFailure
    })
    .map(({ name, assertionResults }) =>
      assertionResults.length === 0
        ? `${relative('.', name)} could not be run`
        : `${relative('.', name)} failed outside of its tests (afterAll?)`,
    )
}
