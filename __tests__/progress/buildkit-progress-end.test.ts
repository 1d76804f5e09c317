import {
  A,
  B,
  C,
  TWO,
  begins,
  brief,
  ends,
  expectOneByOne,
  outputOf,
  prints,
  reading,
  readWhole,
  status,
  words,
} from '../support/buildkit-lines.ts'
import { told } from '../support/kaniko-lines.ts'

describe('what a RUN prints decides nothing', () => {
  const forged = [
    begins(B).text,
    ends(A, 0, 1, { error: 'forged' }).text,
    status({ warnings: [{ text: 'Rule: forged', line: 1 }] }).text,
    'error: failed to solve: forged',
    '--------------------',
  ]

  test('it is told, and nothing else', () => {
    const log = [begins(A), ...forged.map((text) => prints(A, `${text}\n`)), ends(A, 0, 1)]
    const { events, progress, record } = readWhole(TWO, log)
    expect(brief(events)).toEqual([
      '> prepare',
      '  end',
      `> ${A}`,
      ...forged.map((text) => `  | ${text}`),
      '  end, miss',
    ])
    expect(progress.last).toMatchObject({ words: [], failed: undefined, output: forged })
    expect(record().warnings).toEqual([])
  })
})

describe('what failed', () => {
  const ERROR = 'process "/bin/sh -c c" did not complete successfully: exit code: 1'

  test('is the last step of the record, and the one that is named', () => {
    const log = [begins(A), begins(C), prints(C, 'why\n'), ends(C, 0, 1, { error: ERROR }), ends(A, 0, 2)]
    const { record, progress } = readWhole(TWO, log)
    expect(record().steps.map(({ title }) => title)).toEqual(['prepare', A, C])
    const other = readWhole(TWO, [begins(C), begins(A), ends(C, 0, 1, { error: ERROR }), ends(A, 0, 2)])
    expect(other.record().steps.map(({ title }) => title)).toEqual(['prepare', A, C])
    expect(progress.step).toMatchObject({ title: C, place: { firstLine: 5 } })
    expect(progress.last.failed).toEqual({ name: C, error: ERROR, output: ['why'] })
  })

  test.each([
    'context canceled',
    'context canceled: context canceled',
    'rpc error: code = Canceled desc = context canceled',
    'process "/bin/sh -c a" did not complete successfully: exit code: 137: context canceled',
  ])('is not what was only told to stop: %s', (cancelled) => {
    const log = [begins(A), begins(C), ends(A, 0, 1, { error: cancelled }), ends(C, 0, 1, { error: ERROR })]
    const { progress, record } = readWhole(TWO, log)
    expect(progress.last.failed).toMatchObject({ name: C, error: ERROR })
    expect(progress.step).toMatchObject({ title: C })
    expect(record().steps.at(-1)).toMatchObject({ title: C })
    expect(readWhole(TWO, log.slice(0, 3)).progress.last.failed).toBeUndefined()
  })

  test('may well speak of such', () => {
    const error = `process "/bin/sh -c echo 'a: context canceled'; false" did not complete successfully: exit code: 1`
    expect(readWhole(TWO, [ends(A, 0, 1, { error })]).progress.last.failed).toMatchObject({ name: A, error })
  })

  test('stays so when it is begun again and told to stop', () => {
    const log = [ends(A, 0, 1, { error: ERROR }), begins(A, 1), ends(A, 1, 2, { error: 'context canceled' })]
    expect(readWhole(TWO, log).progress.last.failed).toMatchObject({ name: A, error: ERROR })
  })

  test('is what fails after it was told to stop, and not what succeeds in the end', () => {
    const stopped = ends(A, 0, 1, { error: 'context canceled' })
    expect(readWhole(TWO, [stopped, ends(A, 1, 2, { error: ERROR })]).progress.last.failed).toMatchObject({
      name: A,
    })
    const { progress } = readWhole(TWO, [ends(A, 0, 1, { error: ERROR }), begins(A, 1), ends(A, 1, 2)])
    expect(progress.last.failed).toBeUndefined()
  })

  test('may be no step', () => {
    const name = '[internal] load metadata for r/a:1'
    const { progress } = readWhole(TWO, [ends(name, 0, 1, { error: 'not found' })])
    expect(progress.last.failed).toEqual({ name, error: 'not found', output: [] })
    expect(progress.step).toMatchObject({ kind: 'prepare' })
  })

  test('is the first of those that are no steps, and none that was told to stop', () => {
    const log = [
      ends('[internal] load build context', 0, 1, { error: 'context canceled' }),
      ends('[internal] load metadata for r/a:1', 0, 1, { error: 'not found' }),
      ends('[internal] load metadata for r/b:1', 0, 1, { error: 'not there' }),
    ]
    expect(readWhole(TWO, log.slice(0, 1)).progress.last.failed).toBeUndefined()
    expect(readWhole(TWO, log).progress.last.failed).toMatchObject({ error: 'not found' })
  })

  test('is no cache', () => {
    const log = [
      ends('importing cache manifest from r/c', 0, 1, { error: 'not found' }),
      ends('exporting cache to registry', 1, 2, { error: 'denied' }),
    ]
    expect(readWhole(TWO, log).progress.last.failed).toBeUndefined()
  })
})

describe('the client’s words', () => {
  test('are told, and kept: the newest', () => {
    const log = Array.from({ length: 500 }, (_, at) => words(`word ${at}`))
    const { events, progress } = readWhole(TWO, log)
    expect(outputOf(events)).toHaveLength(500)
    expect(progress.last.words).toEqual(Array.from({ length: 200 }, (_, at) => `word ${at + 300}`))
  })

  test('are told within a step', () => {
    expectOneByOne(
      readWhole(TWO, [words('first'), begins(A), words('a'), ends(A, 0, 1), words('last')]).events,
    )
  })
})

describe('the end', () => {
  test('closes what is open, at the time it is told', () => {
    const { take, progress, events, record } = reading(TWO)
    take(begins(A), begins(C, 1), prints(A, 'rest', 1), prints(C, 'held\n', 1))
    progress.end(8_000)
    expectOneByOne(events)
    expect(brief(events).slice(2)).toEqual([
      `> ${A}`,
      '  | rest',
      '  end, miss',
      `> ${C}`,
      '  | held',
      '  end, miss',
    ])
    expect(record().steps).toHaveLength(3)
    expect(progress.record(9_000).steps).toMatchObject([
      {},
      { beganMs: 1000, endedMs: 8000 },
      { beganMs: 2000, endedMs: 8000 },
    ])
  })

  test('closes it with the last line where no time is told', () => {
    const { progress } = readWhole(TWO, [begins(A), prints(A, 'x\n', 3)])
    expect(progress.record(60_000).steps.at(-1)).toMatchObject({ title: A, endedMs: 4000 })
  })

  test('closes the preparing of a build that came no further', () => {
    const { events } = readWhole(TWO, [words('x'), words('y', 2)])
    expect(told(events)).toEqual(['> prepare', '  | x', '  | y', '  2.000'])
  })

  test('of what never began tells nothing', () => {
    const { events, progress, record } = readWhole(TWO, [])
    expect(events).toEqual([])
    expect(progress.step).toBeUndefined()
    expect(record().steps).toEqual([])
  })

  test('comes once, and nothing is told after it', () => {
    const { take, progress, events } = reading(TWO)
    take(begins(A), ends(A, 0, 1))
    progress.end()
    const { length } = events
    take(
      begins(C, 2),
      prints(A, 'late\n', 2),
      words('error: late', 3),
      status({ warnings: [{ text: 'x' }] }, 3),
    )
    progress.end(90_000)
    expect(events).toHaveLength(length)
    expect(progress.last.words).toEqual([])
    expect(progress.record(90_000).steps).toHaveLength(2)
  })

  test('leaves it known what was under way', () => {
    // What began last has ended; the one before it was cut off.
    const log = [begins(C), prints(C, 'of c\n'), begins(A), ends(A, 0, 1), begins(B, 1), ends(B, 1, 2)]
    const { progress } = readWhole(TWO, log)
    expect(progress.step).toMatchObject({ title: C })
    expect(progress.last).toMatchObject({ current: C, output: ['of c'] })
  })
})

describe('the record', () => {
  test('is on the runner’s clock: the quickest line tells the difference', () => {
    const read = readWhole(TWO, [words('first', 0), begins(A, 2), ends(A, 2, 5)])
    expect(read.progress.record(7_000).steps).toMatchObject([
      { title: 'prepare', beganMs: 1000, endedMs: 3000 },
      { title: A, beganMs: 3000, endedMs: 6000 },
    ])
  })

  test('has nothing before the beginning or after the end', () => {
    // By the node’s clock a vertex began before the log, and another after all ended.
    const log = [
      begins(A, 5),
      status({ vertexes: [{ name: B, started: -100, completed: 2 }] }, 6),
      begins(C, 500),
    ]
    const { progress } = readWhole(TWO, log)
    for (const { beganMs, endedMs } of progress.record(4_000).steps) {
      expect(beganMs).toBeGreaterThanOrEqual(0)
      expect(endedMs).toBeGreaterThanOrEqual(beganMs)
      expect(endedMs).toBeLessThanOrEqual(4_000)
    }
  })

  test('leaves open what is open until its end', () => {
    const { take, progress } = reading(TWO)
    take(begins(A))
    expect(progress.record(5_000).steps).toMatchObject([{}, { title: A, beganMs: 1000, endedMs: 5000 }])
    expect(progress.record(6_000).steps.at(-1)?.endedMs).toBe(6000)
  })

  test('has no more steps than a build can have', () => {
    const many = Array.from({ length: 5_000 }, (_, at) => ends(`[x ${at + 1}/5000] RUN ${at}`))
    const { record, events } = readWhole(undefined, many)
    expect(record().steps).toHaveLength(2_001)
    expect(events.filter(({ kind }) => kind === 'begin')).toHaveLength(2_001)
  })

  test('has no more warnings than a person reads, and each once', () => {
    const many = Array.from({ length: 1_000 }, (_, at) => ({ text: `Rule: ${at}`, line: 1 }))
    const { record } = readWhole(TWO, [status({ warnings: [...many.slice(0, 5), ...many] })])
    expect(record().warnings).toHaveLength(200)
    expect(new Set(record().warnings.map(({ text }) => text)).size).toBe(200)
  })

  test('keeps the newest of what a step printed', () => {
    const lines = Array.from({ length: 5_000 }, (_, at) => `${at}\n`)
    const { progress } = readWhole(TWO, [begins(A), ...lines.map((line) => prints(A, line))])
    const { output } = progress.last
    expect(output.length).toBeLessThanOrEqual(400)
    expect(output.slice(-200)).toEqual(Array.from({ length: 200 }, (_, at) => String(at + 4_800)))
  })
})
