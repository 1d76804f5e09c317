import { LogPosition } from '../../src/cluster/log-position.ts'

function delivered(moments: readonly number[]): LogPosition {
  const position = new LogPosition()
  for (const moment of moments) position.delivered(moment)
  return position
}

/** Which of these a re-opened log gives that were not delivered yet. */
function news(position: LogPosition, moments: readonly number[]): readonly number[] {
  const replay = position.replay()
  return moments.filter((moment) => !replay.isKnown(moment))
}

const counted = (from: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => from + index)

describe('the position in a log', () => {
  test.each([
    { name: 'nothing was delivered', before: [], again: [1, 2], expected: [1, 2] },
    { name: 'all is repeated', before: [1, 2, 3], again: [1, 2, 3, 4], expected: [4] },
    { name: 'one moment has several lines', before: [1, 5, 5], again: [1, 5, 5, 5, 6], expected: [5, 6] },
    { name: 'two writers are out of order', before: [7, 5, 6], again: [7, 5, 6, 4], expected: [4] },
    { name: 'only the last are repeated', before: [1, 2, 3, 4], again: [3, 4, 5], expected: [5] },
    { name: 'a new file repeats nothing', before: [1, 2, 3], again: [8, 9], expected: [8, 9] },
  ])('knows what is new where $name', ({ before, again, expected }) => {
    expect(news(delivered(before), again)).toEqual(expected)
  })

  test('asks for two seconds, counted from the newest line', () => {
    expect(delivered([5.5e9, 7.2e9, 6.9e9]).askFrom).toBe(6e9)
    expect(delivered([]).askFrom).toBeUndefined()
  })

  test('tells whether a log joins', () => {
    const replay = delivered([1, 2, 3]).replay()
    expect([replay.isKnown(2), replay.meets]).toEqual([true, false])
    expect([replay.isKnown(3), replay.meets]).toEqual([true, true])
  })

  test('remembers a flood in part, and still knows all of it', () => {
    const position = delivered(counted(0, 100_000))

    expect(position.isFlood).toBe(true)
    expect(news(position, counted(0, 100_001))).toEqual([100_000])
    expect(news(position, counted(99_990, 12))).toEqual([100_000, 100_001])
  })

  test('counts lines of one moment, however many', () => {
    const position = delivered([...counted(0, 3000), ...Array<number>(9000).fill(5000), 5001])

    expect(news(position, [...counted(2990, 10), ...Array<number>(9000).fill(5000), 5001, 5002])).toEqual([
      5002,
    ])
  })

  test('joins only at a line that has its moment for itself', () => {
    const position = delivered([1, 5, 5, 6])

    expect([1, 5, 6, 7].map((moment) => position.isUnique(moment))).toEqual([true, false, true, false])
  })
})
