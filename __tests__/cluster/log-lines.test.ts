import fc from 'fast-check'

import { jsonLines } from '../../src/cluster/json-lines.ts'
import { LineSplitter } from '../../src/cluster/log-lines.ts'

/** The bytes in pieces that end at the given places. */
function cutAt(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort(
    (one, other) => one - other,
  )
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

function split(chunks: readonly Buffer[], longest?: number) {
  const pieces: (readonly [string, boolean])[] = []
  let rest = ''
  const splitter = new LineSplitter((bytes, begin, end, continues) => {
    pieces.push([bytes.toString('utf8', begin, end), continues])
  }, longest)
  for (const chunk of chunks) splitter.push(chunk)
  splitter.flush((bytes, begin, end) => (rest = bytes.toString('utf8', begin, end)))
  return { pieces, lines: pieces.map(([text]) => text), rest }
}

describe('splitting lines', () => {
  test('does not depend on where the bytes were cut', () => {
    const text = fc
      .array(fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', '')))
      .map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(text, fc.array(fc.nat()), (whole, places) => {
        const lines = whole.split('\n')
        const rest = lines.pop()
        expect(split(cutAt(Buffer.from(whole), places))).toMatchObject({ lines, rest })
      }),
    )
  })

  test('ends lines at a newline and nowhere else', () => {
    expect(split([Buffer.from('a\rb\r\n\u2028c\n\n')]).lines).toEqual(['a\rb\r', '\u2028c', ''])
  })

  test('gives a line that is too long in pieces, and says so', () => {
    expect(split([Buffer.from('abcde'), Buffer.from('fghij\nk\n')], 4).pieces).toEqual([
      ['abcd', false],
      ['efgh', true],
      ['ij', true],
      ['k', false],
    ])
  })

  test('cuts a long line at the same places however it arrives', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (places) => {
        const bytes = Buffer.from('0123456789ABCDEF\nxyz')
        expect(split(cutAt(bytes, places), 5)).toMatchObject({
          lines: ['01234', '56789', 'ABCDE', 'F'],
          rest: 'xyz',
        })
      }),
    )
  })
})

describe('a stream of JSON lines', () => {
  test('does not depend on where the bytes were cut, and leaves a cut last line out', async () => {
    const values = [{ text: 'größer 🚀' }, { number: 1 }, ['構築']]
    const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join('') + '{"cut":')
    for (let place = 0; place <= bytes.length; place++) {
      const seen: unknown[] = []
      for await (const value of jsonLines(toStream(cutAt(bytes, [place])))) seen.push(value)
      expect(seen).toEqual(values)
    }
  })
})

async function* toStream(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  await Promise.resolve()
  yield* chunks
}
