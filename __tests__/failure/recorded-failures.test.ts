import { diagnoseEnd } from '../../src/failure/diagnose-end.ts'
import type { FailureCode } from '../../src/failure/failure.ts'
import { judge } from '../../src/failure/judge.ts'
import { presentFailure } from '../../src/failure/present.ts'
import { recordedLines, recordings } from '../progress/recording.ts'
import { CONTAINER, endedBuild, recordedSnapshot } from './given.ts'

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
const failureOf = (name: string) =>
  diagnoseEnd(endedBuild(recordedSnapshot(name), recordedLines(name).slice(-200)))

test('every case is recorded', () => {
  expect(failed).toEqual(Object.keys(CODES))
})

test.each(built)('%s: a build that ended well is not diagnosed as anything else', (name) => {
  expect(judge(recordedSnapshot(name), CONTAINER)).toEqual({
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

test.each([
  ['run-fails', 'RUN echo before'],
  ['run-fails', 'exit code 1'],
  ['run-fails', '| before'],
  ['run-fails-exit-42', 'exit code 42'],
  ['run-fails-exit-42', '| to-stderr'],
  ['copy-missing', '"missing.txt"'],
  ['parse-error', 'unknown instruction: RUNN (did you mean RUN?)'],
  ['parse-error', 'line 3'],
  ['target-missing', '"nope"'],
  ['unknown-flag', '--no-such-flag'],
  ['base-missing', '10.244.0.1:5000/nope/none:1'],
  ['base-unreachable-registry', 'connection refused'],
  ['push-unauthorized', '10.244.0.1:5001/team/app:1'],
  ['push-unreachable-late', 'connection refused'],
  ['no-shell', 'RUN echo hi'],
  ['image-missing', 'server gave HTTP response to HTTPS client'],
  ['image-invalid', "couldn't parse image name"],
  ['oom-kaniko', 'taking a snapshot'],
  ['oom-kaniko', '2Gi'],
  ['oom-run', 'during `RUN head -c 400000000 /dev/zero | tail`'],
])('%s names %j', (name, words) => {
  expect(presentFailure(failureOf(name)).join('\n')).toContain(words)
})
