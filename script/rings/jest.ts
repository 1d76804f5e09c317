import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { command } from './command.ts'
import { single } from './tally.ts'
import type { Tally } from './tally.ts'

/** The part of jest's `--json` report that is read here. */
interface JestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numFailedTestSuites: number
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

/** Tests that need the one cluster run one after the other. */
const IN_BAND = ['e2e', 'aftermath', 'bundle']

/** Runs one project of jest.config.js. */
export async function jest(project: string): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'jest-'))
  const file = join(folder, 'report.json')
  try {
    await command([
      'node',
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--selectProjects',
      project,
      '--json',
      `--outputFile=${file}`,
      ...(IN_BAND.includes(project) ? ['--runInBand'] : []),
    ])
    // Written by jest itself a moment ago.
    return tallyOf(JSON.parse(readFileSync(file, 'utf8')) as JestReport)
  } catch {
    return single(`jest could not run the ring ${project}`, false)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function tallyOf(report: JestReport): Tally {
  const named = (status: string): string[] =>
    report.testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter((result) => result.status === status).map((result) => result.fullName),
    )
  // A file that cannot be loaded fails without a test of its own.
  const unloadable = report.testResults.filter(({ assertionResults }) => assertionResults.length === 0)
  return {
    passed: report.numPassedTests,
    passes: named('passed'),
    failed: report.numFailedTests + (report.numFailedTestSuites > 0 ? unloadable.length : 0),
    failures: [...named('failed'), ...unloadable.map(({ name }) => name)],
    skipped: [...named('pending'), ...named('todo')],
  }
}
