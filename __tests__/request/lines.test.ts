import { listOfLines, listWithCommas, parseMap } from '../../src/request/lines.ts'

describe('lists', () => {
  test.each([
    ['a', ['a']],
    ['a\nb\r\nc', ['a', 'b', 'c']],
    ['  a  \n\n # not this\n\tb', ['a', 'b']],
    ['a, b', ['a, b']],
    ['a#b', ['a#b']],
    ['', []],
    ['# a', []],
  ])('%j is %j', (text, entries) => {
    expect(listOfLines(text)).toEqual(entries)
  })

  test.each([
    ['a,b', ['a', 'b']],
    ['a, b,\nc,,', ['a', 'b', 'c']],
    ['# a,b\nc', ['c']],
    [',', []],
  ])('with commas, %j is %j', (text, entries) => {
    expect(listWithCommas(text)).toEqual(entries)
  })
})

describe('maps', () => {
  test.each<[string, string, Record<string, string>]>([
    ['the first = ends the key', 'A=b=c', { A: 'b=c' }],
    ['the value stays as it is', 'A= "b"  ', { A: ' "b"  ' }],
    ['a # in a value is no comment', 'A=#1', { A: '#1' }],
    ['a value may be empty', 'A=', { A: '' }],
    ['commas do not separate', 'A=1,B=2', { A: '1,B=2' }],
    ['blank lines and comments are ignored', '\n# B=2\nA=1\n', { A: '1' }],
    ['line ends of Windows are no part of a value', 'A=1\r\nB=2', { A: '1', B: '2' }],
    ['of the same key the last counts', 'A=1\nA=2', { A: '2' }],
    ['indentation is no part of the key', '  A=1', { A: '1' }],
    ['__proto__ is a key like others', '__proto__=1', Object.fromEntries([['__proto__', '1']])],
  ])('%s', (_, text, expected) => {
    const map = parseMap(text)
    expect(map.kind === 'value' && Object.fromEntries(map.value)).toEqual(expected)
  })

  test('keeps the order of the lines', () => {
    const map = parseMap('B=1\nA=2')
    expect(map.kind === 'value' && [...map.value.keys()]).toEqual(['B', 'A'])
  })

  test('names every wrong line by its number and shows nothing of it', () => {
    const secret = 'c2VjcmV0IHNlY3JldA'
    expect(parseMap(`A=1\n\n${secret}\n=${secret}\nB =${secret}\nC D=${secret}`)).toEqual({
      kind: 'problems',
      problems: [
        { problem: 'line 3 has no "="; write KEY=value' },
        { problem: 'line 4 has nothing before "="; write KEY=value' },
        { problem: 'line 5 has a blank before "="; write KEY=value without it' },
        { problem: 'line 6 has a blank in its key; write KEY=value' },
      ],
    })
  })
})
