import fc from 'fast-check'

import { HeldLines, OutputLines } from '../../src/progress/held-output.ts'

const MEBIBYTE = 1 << 20

/** Lines put together from these pieces. */
function joined(pieces: readonly (string | Uint8Array)[]): readonly string[] {
  const output = new OutputLines()
  return [...pieces.flatMap((piece) => output.add(Buffer.from(piece))), ...output.end()]
}

describe('what a process prints', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['whole lines', ['a\nb\n'], ['a', 'b']],
    ['a line in pieces', ['o', 'n', 'e\ntw', 'o\n'], ['one', 'two']],
    ['a last line without an end', ['a\nb'], ['a', 'b']],
    ['empty lines, which count', ['\n\na\n\n'], ['', '', 'a', '']],
    ['nothing', ['', ''], []],
  ])('comes as lines: %s', (_, pieces, lines) => {
    expect(joined(pieces)).toEqual(lines)
  })

  test('is told as soon as a line is whole, and no sooner', () => {
    const output = new OutputLines()
    expect(output.add(Buffer.from('a\nb'))).toEqual(['a'])
    expect(output.add(Buffer.from('c'))).toEqual([])
    expect(output.add(Buffer.from('\n'))).toEqual(['bc'])
    expect(output.end()).toEqual([])
  })

  test('may be cut in the middle of a character', () => {
    const bytes = Buffer.from('café ☕ 🐳\n')
    for (let at = 0; at <= bytes.length; at++) {
      expect(joined([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(['café ☕ 🐳'])
    }
  })

  test('is the same however it is cut', () => {
    const text = fc
      .string({ unit: 'binary' })
      .filter((said) => said.isWellFormed() && !said.includes('\uFEFF'))
    fc.assert(
      fc.property(text, fc.array(fc.nat(40)), (said, sizes) => {
        const bytes = Buffer.from(said)
        const pieces: Uint8Array[] = []
        let at = 0
        for (const size of sizes) pieces.push(bytes.subarray(at, (at += size)))
        pieces.push(bytes.subarray(at))
        expect(joined(pieces)).toEqual(joined([bytes]))
        expect(joined(pieces).join('\n')).toBe(said.replace(/\n$/, ''))
      }),
    )
  })

  test('that is no text, or ends within a character, is shown with signs for it', () => {
    expect(joined([Uint8Array.of(0x61, 0xff, 0x0a, 0xe2, 0x98)])).toEqual(['a\uFFFD', '\uFFFD'])
  })

  test('without any line end does not fill memory, and is not lost', () => {
    const output = new OutputLines()
    const piece = Buffer.alloc(100_000, 'x')
    let told = 0
    for (let count = 1; count <= 50; count++) {
      for (const line of output.add(piece)) told += line.length
      expect(count * piece.length - told).toBeLessThanOrEqual(MEBIBYTE)
    }
    for (const line of output.end()) told += line.length
    expect(told).toBe(50 * piece.length)
  })
})

describe('lines that wait', () => {
  const taken = (lines: readonly string[]): readonly string[] => {
    const held = new HeldLines()
    for (const line of lines) held.add(line)
    return held.take()
  }
  const numbered = (count: number, width = 99): readonly string[] =>
    Array.from({ length: count }, (_, at) => String(at).padEnd(width, '.'))

  test('come all, in their order, as long as they are few', () => {
    const lines = numbered(10_000)
    expect(taken(lines)).toEqual(lines)
  })

  test('come once', () => {
    const held = new HeldLines()
    held.add('a')
    expect(held.take()).toEqual(['a'])
    expect(held.take()).toEqual([])
  })

  test('are the newest where there are too many, below a note of how many are not there', () => {
    const lines = numbered(50_000)
    const [note = '', ...kept] = taken(lines)
    expect(note).toBe(`… ${lines.length - kept.length} lines before are in the file of the log`)
    expect(kept).toEqual(lines.slice(-kept.length))
    expect(kept.length * 100).toBeLessThanOrEqual(MEBIBYTE)
    expect(kept.length * 100).toBeGreaterThanOrEqual(MEBIBYTE / 2 - 100)
  })

  test('are counted over all that was dropped, and from the beginning once they were taken', () => {
    const held = new HeldLines()
    for (const line of numbered(200_000)) held.add(line)
    const [note, ...kept] = held.take()
    expect(note).toContain(`… ${200_000 - kept.length} lines`)
    held.add('after')
    expect(held.take()).toEqual(['after'])
  })

  test('are dropped by halves, not one by one', () => {
    const lines = numbered(15_000)
    const [, ...kept] = taken(lines)
    // 10,485 lines fit; then half of them and all that came after.
    expect(kept).toHaveLength(5_242 + 15_000 - 10_486)
  })

  test('may be long ones: the last is kept whatever its length', () => {
    const long = 'x'.repeat(3 * MEBIBYTE)
    expect(taken(['a', long])).toEqual(['… 1 lines before are in the file of the log', long])
    expect(taken([long, 'b', 'c'])).toEqual(['… 1 lines before are in the file of the log', 'b', 'c'])
  })

  test('are bounded whatever comes', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 40 })
    fc.assert(
      fc.property(sizes, (lengths) => {
        const lines = lengths.map((length, at) => `${at}${'x'.repeat(length)}`)
        const all = taken(lines)
        const kept = all[0]?.startsWith('…') === true ? all.slice(1) : all
        expect(kept).toEqual(lines.slice(lines.length - kept.length))
        expect(kept.reduce((sum, line) => sum + line.length + 1, 0)).toBeLessThanOrEqual(MEBIBYTE)
      }),
      { numRuns: 50 },
    )
  })
})
