import { sectionsOf } from '../../src/report/gantt-bars.ts'
import { recordOf, steps } from './given.ts'
import type { Told } from './given.ts'

const sections = (told: readonly Told[], endedWell = true) =>
  sectionsOf(recordOf({ phases: [], steps: steps('Dockerfile', 0, told) }), endedWell)

const titles = (told: readonly Told[]) =>
  sections(told).map(({ title, bars }) => [title, ...bars.map((bar) => bar.title)])

test('each stage is a section; what belongs to none stays with the one before', () => {
  expect(
    titles([
      { kind: 'prepare', title: 'prepare', seconds: 1 },
      { kind: 'base', title: '[build 1/2] FROM a', seconds: 1 },
      { title: '[build 2/2] RUN b', seconds: 1 },
      { kind: 'finish', title: 'keep files', seconds: 1 },
      { title: '[1/2] RUN c', seconds: 1 },
      { kind: 'push', title: 'push x', seconds: 1 },
    ]),
  ).toEqual([
    ['prepare', 'prepare'],
    ['build', 'FROM a', 'RUN b', 'keep files', 'RUN c'],
    ['push', 'push x'],
  ])
})

test('neighbours too short to be seen are one bar; a single one keeps its title', () => {
  expect(
    titles([
      { title: '[a 1/9] RUN one', seconds: 0.1 },
      { title: '[a 2/9] RUN two', seconds: 0.2 },
      { title: '[a 3/9] RUN long', seconds: 100 },
      { title: '[a 4/9] RUN three', seconds: 0.1 },
    ]),
  ).toEqual([['a', '2 quick ones', 'RUN long', 'RUN three']])
})

test('a joined bar is from the cache only if all of it is', () => {
  const [section] = sections([
    { title: '[a 1/9] COPY a', seconds: 0.1, cache: 'hit' },
    { title: '[a 2/9] COPY b', seconds: 0.1, cache: 'hit' },
    { title: '[a 3/9] RUN long', seconds: 100 },
    { title: '[a 4/9] COPY c', seconds: 0.1, cache: 'hit' },
    { title: '[a 5/9] RUN d', seconds: 0.1, cache: 'miss' },
  ])
  expect(section?.bars.map(({ title, mark, beganMs, endedMs }) => [title, mark, beganMs, endedMs])).toEqual([
    ['2 quick ones', 'cached', 0, 200],
    ['RUN long', 'slowest', 200, 100_200],
    ['2 quick ones', undefined, 100_200, 100_400],
  ])
})

test('what the cluster does afterwards stands at the end, not joined with what it did before', () => {
  const record = recordOf({
    phases: [
      { title: 'create', beganMs: 0, endedMs: 50 },
      { title: 'start', beganMs: 50, endedMs: 90 },
      { title: 'end', beganMs: 100_000, endedMs: 100_020 },
    ],
    steps: steps('Dockerfile', 0.09, [{ title: 'RUN long', seconds: 99.91 }]),
  })
  expect(sectionsOf(record, true).map(({ title, bars }) => [title, ...bars.map((bar) => bar.title)])).toEqual(
    [
      ['cluster', '2 quick ones'],
      ['build', 'RUN long'],
      ['end', 'end'],
    ],
  )
})

test('quick ones with a long time between them are not joined', () => {
  const record = recordOf({
    phases: [
      { title: 'a', beganMs: 0, endedMs: 50 },
      { title: 'b', beganMs: 90_000, endedMs: 90_050 },
    ],
    steps: steps('Dockerfile', 0.09, [{ title: 'RUN long', seconds: 99.91 }]),
  })
  expect(sectionsOf(record, true)[0]?.bars.map(({ title }) => title)).toEqual(['a', 'b'])
})

test('a failed step keeps its bar, however short', () => {
  const [section] = sections(
    [
      { title: '[a 1/3] RUN long', seconds: 100 },
      { title: '[a 2/3] RUN a', seconds: 0.1 },
      { title: '[a 3/3] RUN b', seconds: 0.1 },
    ],
    false,
  )
  expect(section?.bars.map(({ title, mark }) => [title, mark])).toEqual([
    ['RUN long', undefined],
    ['RUN a', undefined],
    ['RUN b', 'failed'],
  ])
})

test('of many steps only the longest have bars of their own', () => {
  const many = Array.from({ length: 60 }, (_, at) => ({
    title: `[a ${at + 1}/60] RUN ${at}`,
    seconds: 1 + at,
  }))
  const [section] = sections([...many].reverse())
  expect(section?.bars.map(({ title }) => title)).toEqual([
    ...Array.from({ length: 16 }, (_, at) => `RUN ${59 - at}`),
    '44 quick ones',
  ])
})

test('a Dockerfile of very many stages has one section', () => {
  const stages = Array.from({ length: 30 }, (_, at) => ({ title: `[s${at} 1/1] RUN a`, seconds: 1 }))
  expect(titles(stages)).toEqual([['build', expect.any(String)].concat(Array(29).fill('RUN a') as string[])])
})

test('clocks that jump do not make bars that end before they begin', () => {
  const step = steps('Dockerfile', 0, [{ title: 'RUN a', seconds: 1 }])[0]
  if (step === undefined) throw new Error('there is a step')
  const odd = [
    { ...step, beganMs: 5000, endedMs: 1000 },
    { ...step, beganMs: -5, endedMs: Number.NaN },
    { ...step, beganMs: 0, endedMs: Number.POSITIVE_INFINITY },
  ]
  for (const { bars } of sectionsOf(recordOf({ phases: [], steps: odd }), true)) {
    for (const { beganMs, endedMs } of bars) {
      expect(beganMs).toBeGreaterThanOrEqual(0)
      expect(endedMs).toBeGreaterThanOrEqual(beganMs)
    }
  }
})
