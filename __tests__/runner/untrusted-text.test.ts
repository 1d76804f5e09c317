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
  ])('shows %s without obeying it', (_, text, lines) => {
    expect(harmless(text)).toEqual(lines)
  })
})
