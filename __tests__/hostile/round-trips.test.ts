import fc from 'fast-check'

import { warningsIn } from '../../src/cluster/warning-header.ts'
import { parseBuildkitLine } from '../../src/progress/buildkit-log.ts'
import { parseChallenge } from '../../src/registry/challenge.ts'
import { parseImageReference, printImageReference } from '../../src/request/image-reference.ts'
import { DAY, parseDuration } from '../../src/request/scalars.ts'

/** As RFC 9110 quotes a text. */
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`

const words = fc.string({ unit: 'grapheme-ascii', minLength: 1 })

describe('what is written as its form asks is read as it was meant:', () => {
  test('a duration', () => {
    const part = fc.nat(30)
    fc.assert(
      fc.property(part, part, part, (hours, minutes, seconds) => {
        const meant = hours * 3600 + minutes * 60 + seconds
        const isFit = meant >= 1 && meant <= DAY
        for (const text of [`${hours}h${minutes}m${seconds}s`, String(meant), `${meant}s`]) {
          const read = parseDuration(text, DAY)
          expect(read.kind === 'value' ? read.value : undefined).toBe(isFit ? meant : undefined)
        }
      }),
    )
  })

  test('the challenge of a registry', () => {
    fc.assert(
      fc.property(words, words, fc.boolean(), (realm, service, isFirst) => {
        const parameters = [`realm=${quoted(realm)}`, `service=${quoted(service)}`]
        const header = `Bearer ${(isFirst ? parameters : parameters.toReversed()).join(',')}`
        expect(parseChallenge(header)).toEqual({ kind: 'bearer', realm, service })
      }),
    )
  })

  test('a warning of the API server', () => {
    // Spaces are made one, for it is shown on a line.
    const spaceless = words.map((word) => `x${word.replaceAll(' ', '')}`)
    fc.assert(
      fc.property(spaceless, (text) => {
        expect(warningsIn(`299 - ${quoted(text)}`)).toEqual([text])
      }),
    )
  })

  test('what a process printed below BuildKit, byte for byte', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (data) => {
        const line = JSON.stringify({ logs: [{ vertex: 'v', data: Buffer.from(data).toString('base64') }] })
        const read = parseBuildkitLine(line)
        expect(
          read.kind === 'status' && Buffer.from(read.status.logs[0]?.data ?? []).equals(Buffer.from(data)),
        ).toBe(true)
      }),
    )
  })
})

test('the name of an image that was read once is read again as the same', () => {
  const made = fc
    .array(
      fc.constantFrom(
        'a',
        'A',
        '1',
        '.',
        '_',
        '-',
        '/',
        ':',
        '@',
        'sha256:',
        'f'.repeat(64),
        'localhost',
        '[::1]',
      ),
      { maxLength: 9 },
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(made, (text) => {
      const first = parseImageReference(text)
      if (first.kind !== 'value') return
      expect(parseImageReference(printImageReference(first.value))).toEqual(first)
    }),
    { numRuns: 2000 },
  )
})
