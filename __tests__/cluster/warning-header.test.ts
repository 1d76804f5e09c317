import { warningsIn } from '../../src/cluster/warning-header.ts'

describe('warnings of the API server', () => {
  test.each<[string, string | undefined, readonly string[]]>([
    ['none', undefined, []],
    ['one', '299 - "spec.x is deprecated"', ['spec.x is deprecated']],
    [
      'with quotes and commas',
      '299 - "would violate PodSecurity \\"restricted:latest\\": a (x), b"',
      ['would violate PodSecurity "restricted:latest": a (x), b'],
    ],
    ['several', '299 - "one", 299 - "two", 299 - "one"', ['one', 'two']],
    ['with control characters', '299 - "a\u001b[31m\tb"', ['a [31m b']],
    ['that are none', 'nonsense "x"', []],
  ])('%s', (_, header, expected) => {
    expect(warningsIn(header)).toEqual(expected)
  })
})
