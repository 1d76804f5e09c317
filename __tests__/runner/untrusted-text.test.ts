import fc from 'fast-check'

import { harmless, untrustedText } from '../../src/runner/untrusted-text.ts'

describe('untrusted text', () => {
  test('stands between stop-commands and its token', () => {
    const written: string[] = []
    const text = untrustedText(
      (line) => written.push(line),
      () => 'fresh',
    )
    text.line('::set-output name=digest::sha256:bad')
    text.end()
    expect(written).toEqual([
      '::stop-commands::hybrid-kubernetes-build-fresh',
      '::set-output name=digest::sha256:bad',
      '::hybrid-kubernetes-build-fresh::',
    ])
  })

  test('has a token that no earlier stretch has shown', () => {
    const written: string[] = []
    for (let stretch = 0; stretch < 2; stretch++) untrustedText((line) => written.push(line)).end()
    expect(written[0]).not.toBe(written[2])
    expect(written[0]).toMatch(/^::stop-commands::hybrid-kubernetes-build-[0-9a-f]{32}$/)
  })

  test('ends once, and takes nothing afterwards', () => {
    const written: string[] = []
    const text = untrustedText((line) => written.push(line))
    text.end()
    text.end()
    expect(written).toHaveLength(2)
    expect(() => text.line('late')).toThrow('after its end')
  })

  test.each([
    ['a carriage return that overwrites', 'progress 1%\rprogress 2%', ['progress 1%', 'progress 2%']],
    ['a command behind a carriage return', 'x\r::error::no', ['x', '::error::no']],
    ['the end of a line from Windows', 'text\r', ['text']],
    ['a command of the old form anywhere', 'a ##[error]b ##[group]', ['a # #[error]b # #[group]']],
    ['a line separator of Unicode', 'a\u2028::warning::b', ['a', '::warning::b']],
    ['an empty line', '', ['']],
    ['colours, which do no harm', '\u001b[31mred\u001b[0m', ['\u001b[31mred\u001b[0m']],
    ['a colour that would go on', '\u001b[31mred', ['\u001b[31mred\u001b[0m']],
    ['what moves the cursor', 'a\u001b[2K\u001b[1Ab', ['a␛[2K␛[1Ab']],
    ['what sets the title of a terminal', '\u001b]0;x\u0007y', ['␛]0;x␇y']],
    ['a backspace that overwrites', 'abc\b\b\bxyz', ['abc␈␈␈xyz']],
    ['a turn of the direction of text', 'a\u202eb', ['a\ufffdb']],
    ['a NUL', 'a\0b', ['a␀b']],
    ['a tab', 'a\tb', ['a\tb']],
    ['what was no UTF-8', 'a\ufffdb', ['a\ufffdb']],
  ])('shows %s without obeying it', (_, text, lines) => {
    expect(harmless(text)).toEqual(lines)
  })

  test.each([
    ['carriage returns', '\r'.repeat(8 << 20), ['', ' … (7340032 characters more)']],
    ['carriage returns before text', `${'\r'.repeat(1 << 19)}x`, ['', 'x']],
    ['escapes', '\u001b'.repeat(1 << 19), [expect.stringMatching(/^␛+ … /)]],
  ])('is quick with a line of nothing but %s', (_, text, lines) => {
    expect(harmless(text).slice(0, 2)).toEqual(lines)
  })

  test('shows of a progress bar that overwrites itself so many lines as can be read', () => {
    const lines = harmless(Array.from({ length: 5_000 }, (_, at) => `${at} %`).join('\r'))
    expect(lines).toHaveLength(2_001)
    expect(lines.at(-1)).toBe('… (3000 lines more)')
  })

  test('shows of a line of a megabyte its beginning, and says how much is left out', () => {
    const [line, ...more] = harmless('x'.repeat(1_048_576))
    expect(more).toEqual([])
    expect(line).toMatch(/^x{16384} … \(1032192 characters more\)$/)
  })

  test('never shows a line end, a control character but in a colour, or an old command', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const line of harmless(text)) {
          expect(line.replaceAll(/\u001b\[[0-9;:]*m/g, '')).not.toMatch(/[\0-\x08\x0a-\x1f\x7f-\x9f]|##\[/)
        }
      }),
    )
  })
})
