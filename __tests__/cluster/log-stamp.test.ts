import { LogStamp } from '../../src/cluster/log-stamp.ts'

const read = (stamp: LogStamp, text: string): number | undefined => {
  const bytes = Buffer.from(`..${text}`)
  return stamp.read(bytes, 2, bytes.length) ? stamp.moment : undefined
}

describe('the time of a line', () => {
  test.each([
    ['2026-11-23T20:00:01.000000005Z text', 1_000_000_005],
    ['2026-11-23T20:00:01.5Z text', 1_500_000_000],
    ['2026-11-23T20:00:02Z', 2_000_000_000],
    ['2026-11-23T21:00:03.000000001+01:00 text', 3_000_000_001],
    ['2026-11-23T19:59:59.999999999Z ', -1],
  ])('is read from «%s»', (text, moment) => {
    const stamp = new LogStamp()
    read(stamp, '2026-11-23T20:00:00.700000000Z first')

    expect(read(stamp, text)).toBe(moment)
    // And once more, now that its second is known.
    expect(read(stamp, text)).toBe(moment)
    expect(stamp.length).toBe(text.split(' ')[0]?.length)
  })

  test.each([
    'rpc error: code = NotFound',
    '',
    '2026-11-23T20:00:00',
    '2026-11-23T20:00:00.',
    '2026-11-23T20:00:00.12x456789Z a',
    '2026-11-23T20:00:00.1234567890Z a',
    '2026-11-23T20:00:00.123456789 a',
    '2026-99-23T20:00:00.123456789Z a',
    '2026-11-23T20:00:00.123456789Zoo a',
  ])('is none in «%s»', (text) => {
    const stamp = new LogStamp()
    expect(read(stamp, text)).toBeUndefined()
    read(stamp, '2026-11-23T20:00:00.700000000Z first')
    expect(read(stamp, text)).toBeUndefined()
  })

  test('knows the second that a moment is in', () => {
    const stamp = new LogStamp()
    read(stamp, '2026-11-23T20:00:00.700000000Z first')

    expect(stamp.secondsOf(1.5e9)).toBe(Date.parse('2026-11-23T20:00:01Z') / 1000)
  })
})
