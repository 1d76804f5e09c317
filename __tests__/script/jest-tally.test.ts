import { resolve } from 'node:path'

import { tallyOf } from '../../script/rings/jest.ts'
import type { JestReport } from '../../script/rings/jest.ts'

function report(status: string, ...tests: readonly string[]): JestReport {
  return {
    numPassedTests: tests.filter((one) => one === 'passed').length,
    testResults: [
      {
        name: resolve('__tests__/one.test.ts'),
        status,
        assertionResults: tests.map((one, at) => ({ fullName: `test ${at}`, status: one })),
      },
    ],
  }
}

describe('what came of a ring that jest ran', () => {
  test('is its tests by name', () => {
    const tests = ['passed', 'failed', 'pending', 'todo', 'passed']
    expect(tallyOf('unit', report('failed', ...tests), false)).toEqual({
      passed: 2,
      passes: ['test 0', 'test 4'],
      failed: 1,
      failures: ['test 1'],
      skipped: ['test 2', 'test 3'],
    })
  })

  test.each([
    ['a file that could not be loaded', report('failed'), '__tests__/one.test.ts could not be run'],
    [
      'a file whose afterAll failed after tests that passed',
      report('failed', 'passed'),
      '__tests__/one.test.ts failed outside of its tests (afterAll?)',
    ],
    [
      'a process that ended with an error which its report does not know',
      report('passed', 'passed'),
      'jest ended the ring unit with an error',
    ],
  ])('has a failure for %s', (_, said, failure) => {
    expect(tallyOf('unit', said, false)).toMatchObject({ failed: 1, failures: [failure] })
  })

  test('has none where all passed', () => {
    expect(tallyOf('unit', report('passed', 'passed'), true)).toMatchObject({ failed: 0, failures: [] })
  })
})
