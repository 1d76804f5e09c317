import fc from 'fast-check'

import { LogReader } from '../../src/cluster/log-reader.ts'

const WHOLE = Number.POSITIVE_INFINITY
const CUT = Number.NEGATIVE_INFINITY

interface Printed {
  /** Nanoseconds after the line before; stdout and stderr may be slightly out of order. */
  readonly step: number
  readonly text: string
}

/** A log as the server prints it, and what a reader has made of it. */
class Log {
  readonly shown: string[] = []
  readonly reader = new LogReader({
    line: ({ text }) => void this.shown.push(text),
    gap: (text) => void this.shown.push(`[${text}]`),
  })
  readonly #lines: { readonly time: string; readonly bytes: Buffer }[] = []

  constructor(printed: readonly Printed[]) {
    let nanoseconds = 500_000_000
    for (const { step, text } of printed) {
      nanoseconds = Math.max(0, nanoseconds + step)
      const second = new Date(Date.UTC(2026, 10, 23, 20) + Math.floor(nanoseconds / 1e9) * 1000)
      const fraction = String(nanoseconds % 1e9).padStart(9, '0')
      const time = second.toISOString().replace('.000Z', `.${fraction}Z`)
      this.#lines.push({ time, bytes: Buffer.from(`${time} ${text}\n`) })
    }
  }

  /** One answer, cut after so many bytes and given in chunks of this size. */
  stretch(bytes: number, chunk: number, whole = false): void {
    const since = this.reader.sinceTime() ?? ''
    const answer = Buffer.concat(
      this.#lines.filter(({ time }) => time >= since.replace('Z', '.')).map((line) => line.bytes),
    ).subarray(0, bytes)
    this.reader.begin(undefined)
    for (let at = 0; at < answer.length; at += chunk) this.reader.push(answer.subarray(at, at + chunk))
    this.reader.end(whole ? WHOLE : CUT)
  }
}

const printed = fc.record({
  step: fc.oneof(
    fc.constant(0),
    fc.integer({ min: -2000, max: 50_000 }),
    fc.integer({ min: 0, max: 900_000_000 }),
  ),
  text: fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', '\r')),
})

describe('reading a log', () => {
  test('gives every line once and in order, however it is cut', () => {
    const cut = fc.record({ bytes: fc.nat(2000), chunk: fc.integer({ min: 1, max: 300 }) })
    fc.assert(
      fc.property(fc.array(printed, { maxLength: 40 }), fc.array(cut), (lines, cuts) => {
        const log = new Log(lines)
        for (const { bytes, chunk } of cuts) log.stretch(bytes, chunk)
        log.stretch(Number.POSITIVE_INFINITY, 97, true)
        log.reader.finish()

        expect(log.shown).toEqual(lines.map(({ text }) => text))
      }),
    )
  })

  test.each([
    { name: 'comes to it', then: '20:00:05.000000000Z' },
    { name: 'jumps over it', then: '20:00:19.000000000Z' },
  ])('leaves the rest to the next stretch where a follow $name', ({ then }) => {
    const log = new Log([])
    log.reader.begin(log.reader.momentOf(Buffer.from('2026-11-23T20:00:05.000000000Z ')))
    log.reader.push(Buffer.from('2026-11-23T20:00:04.999000000Z a\n'))
    // Written by the writer of the old file when that of the new one had begun.
    log.reader.push(Buffer.from('2026-11-23T20:00:05.000700000Z b\n'))
    log.reader.push(Buffer.from(`2026-11-23T${then} x\n2026-11-23T20:00:20.000000000Z y\n`))
    log.reader.end(WHOLE)
    log.reader.begin(undefined)
    log.reader.push(Buffer.from('2026-11-23T20:00:05.000000000Z c\n2026-11-23T20:00:05.000900000Z d\n'))
    log.reader.end(WHOLE)

    expect(log.shown).toEqual(['a', 'b', 'c', 'd'])
  })

  test.each([
    { name: 'before', until: '20:00:07.000000000Z', shown: ['a', 'b'] },
    {
      name: 'after',
      until: '20:00:05.000000000Z',
      shown: ['a', expect.stringContaining('Lines may be missing'), 'b'],
    },
  ])('knows whether a file was begun $name the last one was read to its end', ({ until, shown }) => {
    const log = new Log([])
    log.reader.begin(undefined)
    log.reader.push(Buffer.from('2026-11-23T20:00:04.000000000Z a\n'))
    log.reader.end(log.reader.momentOf(Buffer.from(`2026-11-23T${until} `)) ?? CUT)
    log.reader.begin(undefined)
    log.reader.push(Buffer.from('2026-11-23T20:00:06.000000000Z b\n'))

    expect(log.shown).toEqual(shown)
  })

  test('gives the node’s own remarks, which have no time, and goes on', () => {
    const log = new Log([])
    log.reader.begin(undefined)
    log.reader.push(Buffer.from('2026-11-23T20:00:00.000000001Z a\nrpc error: code = NotFound\n'))
    log.reader.end(WHOLE)

    expect(log.shown).toEqual(['a', 'rpc error: code = NotFound'])
  })
})
