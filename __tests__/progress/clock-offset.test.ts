import fc from 'fast-check'

import { ClockOffset } from '../../src/progress/clock-offset.ts'

const DAY = Date.UTC(2026, 0, 1)
const stamp = (milliseconds: number): string => new Date(DAY + milliseconds).toISOString()

/** Lines with their stamp by the node, and when they came by the runner. */
function offset(lines: readonly (readonly [stamped: number, came: number])[]): ClockOffset {
  let now = 0
  const clock = new ClockOffset(() => now)
  for (const [stamped, came] of lines) {
    now = came
    clock.see(stamp(stamped))
  }
  return clock
}

test('before the first line nothing is shifted', () => {
  expect(offset([]).shift).toBe(0)
  expect(offset([]).last).toBe(0)
})

test('a node’s time is put on the runner’s clock', () => {
  const clock = offset([[5_000, 1_200]])
  expect(clock.last).toBe(DAY + 5_000)
  expect(clock.last + clock.shift).toBe(1_200)
})

test('the quickest line tells the difference; those that were held up do not', () => {
  const clock = offset([
    [0, 1_900],
    [1_000, 2_050],
    [2_000, 9_000],
  ])
  expect(DAY + 2_000 + clock.shift).toBe(3_050)
})

test('a line that is not to be compared changes the last time alone', () => {
  let now = 1_000
  const clock = new ClockOffset(() => now)
  clock.see(stamp(0))
  const { shift } = clock
  now = 1_001
  clock.stamped(stamp(60_000))
  expect(clock.shift).toBe(shift)
  expect(clock.last).toBe(DAY + 60_000)
})

test('nanoseconds are read as milliseconds', () => {
  const clock = new ClockOffset(() => 0)
  expect(clock.see('2026-01-01T00:00:00.123456789Z')).toBe(DAY + 123)
})

test.each(['', 'yesterday', '2026-13-45T00:00:00Z'])(
  'the stamp "%s" gives a number, and no shift by it',
  (bad) => {
    let now = 1_000
    const clock = new ClockOffset(() => now)
    clock.see(stamp(0))
    const { shift } = clock
    now = 2_000
    expect(clock.see(bad)).toBe(0)
    expect(clock.shift).toBe(shift)
  },
)

test('no line is put later than it came, whatever the node’s clock and the way here', () => {
  const line = fc.record({ after: fc.nat(10_000), way: fc.nat(5_000) })
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.array(line, { minLength: 1 }), (wrong, lines) => {
      let printed = 0
      const came = lines.map(({ after, way }) => {
        printed += after
        return [printed + wrong, printed + way] as const
      })
      const clock = offset(came)
      const shifted = came.map(([stamped]) => DAY + stamped + clock.shift)
      expect(shifted.every((at, index) => at <= (came[index]?.[1] ?? 0))).toBe(true)
      // One of them to the point: the difference is no larger than it must be.
      expect(shifted.some((at, index) => at === came[index]?.[1])).toBe(true)
    }),
  )
})
