import type { BuildOutcome } from '../../src/builders/builder.ts'
import type { Failure } from '../../src/failure/failure.ts'
import type { BuildWarning } from '../../src/progress/build-record.ts'
import { annotationsOf } from '../../src/report/annotations.ts'

const where = { namespace: 'ci', job: 'app-x1y2z', node: 'node-3', platform: undefined }
const place = { path: 'app/Dockerfile', firstLine: 12, lastLine: 14 }
const failure: Failure = {
  code: 'run-failed',
  headline: 'The instruction at app/Dockerfile:12-14 failed with exit code 7.',
  details: [
    'RUN npm ci \\',
    '    && npm test',
    'last lines',
    '| FAIL  src/cart.test.ts',
    '| expected 3, got 4',
  ],
  cures: ['mend what the instruction runs', 'another'],
  place,
}

function failed(warnings: readonly BuildWarning[], its: Failure = failure): BuildOutcome {
  const record = { phases: [], steps: [], cache: undefined, warnings }
  return { kind: 'failed', failure: its, where, record }
}

const lint = (number: number): BuildWarning => ({
  kind: 'lint',
  title: 'StageNameCasing',
  text: `warning ${number}`,
  place: { ...place, firstLine: number, lastLine: number },
})

describe('annotations', () => {
  test('begin with the error, on the lines of its instruction, with what it printed and the first cure', () => {
    expect(annotationsOf(failed([lint(1)]))).toEqual([
      {
        level: 'error',
        title: 'Image not built: run-failed',
        message: [
          failure.headline,
          '| FAIL  src/cart.test.ts',
          '| expected 3, got 4',
          'To do: mend what the instruction runs',
        ].join('\n'),
        place,
      },
      { level: 'warning', title: 'StageNameCasing', message: 'warning 1', place: lint(1).place },
    ])
  })

  test('are on no line where it is not known, and say no cure where there is none', () => {
    const [error] = annotationsOf(failed([], { ...failure, details: [], cures: [], place: undefined }))
    expect(error).toEqual({
      level: 'error',
      title: 'Image not built: run-failed',
      message: failure.headline,
      place: undefined,
    })
  })

  test('quote the last eight lines of many', () => {
    const details = Array.from({ length: 20 }, (_, at) => `| ${at}`)
    const [error] = annotationsOf(failed([], { ...failure, details }))
    expect(error?.message.split('\n').slice(1, -1)).toEqual(details.slice(12))
  })

  test('are ten warnings at most, as many as GitHub shows; the tenth says how many are missing', () => {
    const some = annotationsOf(failed(Array.from({ length: 10 }, (_, at) => lint(at))))
    expect(some).toHaveLength(11)
    const many = annotationsOf(failed(Array.from({ length: 25 }, (_, at) => lint(at))))
    expect(many).toHaveLength(11)
    expect(many.at(-1)?.message).toMatch(/^16 more warnings/)
  })

  test('of a build that never began are its error alone', () => {
    expect(annotationsOf({ kind: 'failed', failure, where, record: undefined })).toHaveLength(1)
  })
})
