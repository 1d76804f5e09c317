import { LogBeginning } from '../../src/cluster/log-beginning.ts'

const START = Date.parse('2026-11-23T20:00:00Z')

/** What is said of a log whose first line comes so late, whose lines come at this pace, and which was waited for. */
function said(log: {
  readonly firstAfter: number
  readonly bytesPerSecond: number
  readonly silent?: number
  readonly lines?: number
  readonly startedAt?: number
}): readonly string[] {
  const beginning = new LogBeginning('startedAt' in log ? log.startedAt : START)
  return Array.from({ length: log.lines ?? 20_000 }, (_, index) => {
    const second = START / 1000 + log.firstAfter + (index * 100) / log.bytesPerSecond
    return beginning.see(second, 91, log.silent ?? 0)
  }).filter((text) => text !== undefined)
}

describe('the beginning of a log', () => {
  test.each([
    { name: 'of an ordinary build', log: { firstAfter: 0.9, bytesPerSecond: 20_000 } },
    { name: 'of a build that is read late', log: { firstAfter: 1.1, bytesPerSecond: 2_000_000 } },
    { name: 'of a usage text in one burst', log: { firstAfter: 0.9, bytesPerSecond: 5e7, lines: 300 } },
    { name: 'that was waited for', log: { firstAfter: 30, bytesPerSecond: 5e7, silent: 29 } },
    {
      name: 'of a container whose start is not known',
      log: { firstAfter: 30, bytesPerSecond: 5e7, startedAt: undefined },
    },
    {
      name: 'that lies before the start, by a clock that was set',
      log: { firstAfter: -30, bytesPerSecond: 5e7 },
    },
  ])('$name is not doubted', ({ log }) => {
    expect(said(log as Parameters<typeof said>[0])).toEqual([])
  })

  test.each([
    { name: 'a container prints as fast as it can', log: { firstAfter: 0.9, bytesPerSecond: 3e7 } },
    {
      name: 'the first line is late and nobody had listened',
      log: { firstAfter: 8, bytesPerSecond: 100, lines: 1 },
    },
  ])('may be missing where $name, which is said once', ({ log }) => {
    expect(said(log)).toEqual([expect.stringContaining('The beginning of the log may be missing')])
  })
})
