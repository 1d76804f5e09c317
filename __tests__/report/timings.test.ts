import { timingsOf } from '../../src/report/timings.ts'
import { recordOf, steps } from './given.ts'

test('the timings are seconds with up to three decimals, and places where there are some', () => {
  const record = recordOf({
    steps: steps('Dockerfile', 1.1, [
      { kind: 'prepare', title: 'prepare', seconds: 0.0654 },
      { title: '[build 2/2] RUN npm ci', seconds: 38.2, cache: 'miss', lines: [4, 5] },
    ]),
  })
  expect(JSON.parse(timingsOf(record, 41.23456) ?? '')).toEqual({
    total: 41.235,
    phases: [
      { title: 'schedule', began: 0, seconds: 0.21 },
      { title: 'start', began: 0.21, seconds: 0.89 },
    ],
    steps: [
      { kind: 'prepare', title: 'prepare', began: 1.1, seconds: 0.065, cache: null },
      {
        kind: 'instruction',
        title: '[build 2/2] RUN npm ci',
        began: 1.165,
        seconds: 38.2,
        cache: 'miss',
        path: 'Dockerfile',
        firstLine: 4,
        lastLine: 5,
      },
    ],
  })
})

test('there are none where nothing was created', () => {
  expect(timingsOf(undefined, undefined)).toBeUndefined()
  expect(timingsOf(recordOf({}), undefined)).toBeUndefined()
})

test('a title is cut, so that the output stays one that a runner takes', () => {
  const record = recordOf({ steps: steps('Dockerfile', 0, [{ title: `${'x'.repeat(499)}😀`, seconds: 1 }]) })
  const { steps: told } = JSON.parse(timingsOf(record, 1) ?? '') as { steps: readonly { title: string }[] }
  expect(told[0]?.title).toBe(`${'x'.repeat(499)} …`)
})
