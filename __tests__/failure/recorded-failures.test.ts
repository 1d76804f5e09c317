import { join } from 'node:path'

import { diagnoseEnd } from '../../src/failure/diagnose-end.ts'
import type { FailureCode } from '../../src/failure/failure.ts'
import { judge } from '../../src/failure/judge.ts'
import { presentFailure } from '../../src/failure/present.ts'
import { recordedLines, recordings } from '../progress/recording.ts'
import { expectGolden } from '../support/golden.ts'
import { CONTAINER, endedBuild, recordedSnapshot } from './given.ts'
import { failureOf, recordedPlan } from './recorded-builds.ts'

/** What every recorded build that made no image is a case of; the others ended with exit code 0. */
const CODES: Readonly<Record<string, FailureCode>> = {
  'bad-context': 'context-broken',
  'base-missing': 'base-image-missing',
  'base-unreachable-registry': 'base-image-missing',
  'copy-missing': 'copy-source-missing',
  'dockerfile-missing': 'dockerfile-missing',
  'image-invalid': 'executor-invalid',
  'image-missing': 'executor-pull',
  'no-shell': 'no-shell',
  'oom-kaniko': 'out-of-memory',
  'oom-run': 'out-of-memory',
  'parse-error': 'dockerfile-syntax',
  'push-unauthorized': 'push-denied',
  'push-unreachable': 'push-unreachable',
  'push-unreachable-late': 'push-unreachable',
  'push-wrong-password': 'push-denied',
  'run-fails': 'run-failed',
  'run-fails-exit-42': 'run-failed',
  'target-missing': 'target-missing',
  'unknown-flag': 'input',
}

const failed = recordings().filter((name) => CODES[name] !== undefined)
const built = recordings().filter((name) => CODES[name] === undefined)
test('every case is recorded', () => {
  expect(failed).toEqual(Object.keys(CODES))
})

test.each(built)('%s: a build that ended well is not diagnosed as anything else', (name) => {
  expect(judge(recordedSnapshot(name), { container: CONTAINER, mayViolate: undefined })).toEqual({
    kind: 'ended',
    message: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
  })
})

test.each(failed)('%s is told by its code', (name) => {
  expect(failureOf(name)).toMatchObject({ code: CODES[name] })
})

test.each(failed)('%s comes with what to do', (name) => {
  expect(failureOf(name).cures).not.toEqual([])
})

test.each(failed)('%s is told without JSON, and without a line of usage', (name) => {
  const text = presentFailure(failureOf(name)).join('\n')
  expect(text).not.toMatch(/\{"level"/)
  expect(text).not.toMatch(/--image-fs-extract-retry|Available Commands/)
})

/** Where the Dockerfile is to blame, or what it names: these lines of it. */
const PLACES: Readonly<Record<string, readonly [number, number]>> = {
  'base-missing': [1, 1],
  'base-unreachable-registry': [1, 1],
  'copy-missing': [2, 2],
  'no-shell': [3, 3],
  'oom-kaniko': [2, 2],
  'oom-run': [2, 2],
  'parse-error': [3, 3],
  'run-fails': [3, 5],
  'run-fails-exit-42': [2, 2],
}

describe.each(failed)('%s names the lines that it is about, if there are any', (name) => {
  const [firstLine, lastLine] = PLACES[name] ?? []
  const expected = firstLine === undefined ? undefined : { path: 'app/Dockerfile', firstLine, lastLine }

  test('as they were followed', () => {
    expect(failureOf(name).place).toEqual(expected)
  })

  test('by the end of its log alone', () => {
    const ended = endedBuild(recordedSnapshot(name), recordedLines(name), { plan: recordedPlan(name) })
    expect(diagnoseEnd(ended).place).toEqual(expected)
  })
})

test.each(failed)('%s is told in words that a person can read', (name) => {
  expectGolden(join(import.meta.dirname, 'words', `${name}.txt`), presentFailure(failureOf(name)).join('\n'))
})
