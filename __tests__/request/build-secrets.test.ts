import fc from 'fast-check'

import { secretRecords } from '../../src/request/secret-records.ts'
import { parsed } from '../../src/request/parsed.ts'
import { containing, type GivenInputs, problemsOf, requestOf } from './given.ts'

const TAGS: GivenInputs = { tags: 'ghcr.io/acme/app:1' }
const secretsOf = (inputs: GivenInputs) => Object.fromEntries(requestOf({ ...TAGS, ...inputs }).secrets)
const texts = (secrets: string) =>
  Object.entries(secretsOf({ secrets })).map(([id, source]) => [
    id,
    source.kind === 'text' ? source.text : undefined,
  ])

describe('secrets', () => {
  test.each<[string, string, readonly (readonly [string, string])[]]>([
    ['a value as it is', 'a=b', [['a', 'b']]],
    ['everything after the first "="', 'a=b=c==', [['a', 'b=c==']]],
    ['commas', 'a=b,c=d,"e"', [['a', 'b,c=d,"e"']]],
    [
      'blanks around a value, and none around an id',
      '  a =  b  \nc=d',
      [
        ['a', '  b  '],
        ['c', 'd'],
      ],
    ],
    [
      'quotes within a value',
      'a={"b": "c"}\nd="e"',
      [
        ['a', '{"b": "c"}'],
        ['d', '"e"'],
      ],
    ],
    [
      'several lines in quotes',
      '"a=b\nc\n\nd"\ne=f',
      [
        ['a', 'b\nc\n\nd'],
        ['e', 'f'],
      ],
    ],
    ['doubled quotes in quotes', '"a={""b"":\n""c""}"', [['a', '{"b":\n"c"}']]],
    ['a line in quotes', ' "a=b"  ', [['a', 'b']]],
    [
      'line ends of Windows, also within quotes',
      'a=b\r\n"c=d\r\ne"\r\nf=g',
      [
        ['a', 'b'],
        ['c', 'd\r\ne'],
        ['f', 'g'],
      ],
    ],
    [
      'a value that looks like a comment',
      '# none\n\na=#b\n"c=d\n# e"',
      [
        ['a', '#b'],
        ['c', 'd\n# e'],
      ],
    ],
    [
      'ids of every form',
      'A_b-c.d=1\n.npmrc=2\n1=3',
      [
        ['1', '3'],
        ['A_b-c.d', '1'],
        ['.npmrc', '2'],
      ],
    ],
  ])('keep %s', (_, text, expected) => {
    expect(texts(text)).toEqual(expected)
  })

  test.each([
    ['a', 'line 1 has no "="; write id=value'],
    [
      'a=b\n\n# c\nMIIEvQ',
      'line 4 has no "="; write id=value; a value of several lines stands in double quotes',
    ],
    ['a=b\nc d=e', 'line 2 has no id before "="'],
    ['=b', 'line 1 has no id before "="'],
    ['../a=b', 'line 1 has no id'],
    ['..=b', 'line 1 has no id'],
    ['a=b\naGVsbG8==', 'line 2 has nothing but "=" as its value'],
    ['a=', 'line 1 ("a") has nothing after "=": workflows of pull requests from forks get no secrets'],
    ['"a=\n"', 'line 1 ("a") has nothing after "="'],
    ['a=b\na=c', 'line 2 ("a") is there already'],
    ['x=y\n"a=b\nc', 'line 2 begins a quote that does not end'],
    ['"a={\n "b": 1}"', 'line 1 begins a quote that does not end'],
    ['"a=b" c', 'line 1 begins a quote that does not end'],
  ])('%j are refused: %s', (secrets, problem) => {
    expect(problemsOf({ ...TAGS, secrets })).toEqual([{ input: 'secrets', problem: containing(problem) }])
  })

  test('that may be lines of one secret are told by nothing but the lines’ numbers', () => {
    const secrets = 'key=-----BEGIN KEY-----\nS3cretS3cret\nS3cretAlso=\nS3cretToo='
    const told = JSON.stringify(problemsOf({ ...TAGS, secrets }))
    expect(told).toContain('line 2')
    expect(told).not.toContain('S3cret')
  })

  test('are read back from quotes, whatever their values are', () => {
    const value = fc.string({ unit: 'binary', minLength: 1 })
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        const lines = values.map((one, at) => `"k${at}=${one.replaceAll('"', '""')}"`)
        const read = secretRecords(lines.join('\n'))
        expect(read.kind === 'value' && read.value.map(({ text }) => text)).toEqual(
          values.map((one, at) => `k${at}=${one}`),
        )
      }),
    )
  })

  test('never show a value in a problem', () => {
    const anything = fc.stringMatching(/^[a-z="\n #.,-]{0,30}$/).map((text) => text.replaceAll('=', '=Zq9'))
    fc.assert(
      fc.property(anything, (secrets) => {
        expect(JSON.stringify(problemsOf({ ...TAGS, secrets: `a=Zq9\n${secrets}` }))).not.toContain('Zq9')
      }),
    )
  })

  test('have no records where there is nothing', () => {
    expect(secretRecords('\n# a\n \r\n')).toEqual(parsed([]))
    expect(secretsOf({})).toEqual({})
  })
})

describe('secret-files and secret-envs', () => {
  test('name places by id; commas separate variables only', () => {
    expect(
      secretsOf({ 'secret-files': 'a=.npmrc\n b = x,y.txt ', 'secret-envs': 'c=C_1, d = D\ne=_E' }),
    ).toEqual({
      a: { kind: 'file', path: '.npmrc' },
      b: { kind: 'file', path: 'x,y.txt' },
      c: { kind: 'variable', variable: 'C_1' },
      d: { kind: 'variable', variable: 'D' },
      e: { kind: 'variable', variable: '_E' },
    })
  })

  test.each<[keyof GivenInputs, string, string]>([
    ['secret-files', 'x', 'line 1 has no "="; write id=path'],
    ['secret-files', 'a=', 'line 1 ("a") has nothing after "="'],
    ['secret-files', 'a=x\na=y', 'line 2 ("a") is there already'],
    ['secret-envs', 'a=A,x', 'line 1 has no "="; write id=VARIABLE'],
    ['secret-envs', 'a=', 'line 1 ("a") has nothing after "="'],
    ['secret-envs', 'a=S3cret-value', 'line 1 ("a") has no name of an environment variable'],
  ])('%s %j is refused: %s', (input, text, problem) => {
    const problems = problemsOf({ ...TAGS, [input]: text })
    expect(problems).toEqual([{ input, problem: containing(problem) }])
    expect(JSON.stringify(problems)).not.toContain('S3cret')
  })
})

test('an id that two inputs give is a problem of the second', () => {
  const inputs: GivenInputs = { secrets: 'a=b', 'secret-files': 'a=x', 'secret-envs': 'a=A,b=B' }
  expect(problemsOf({ ...TAGS, ...inputs })).toEqual([
    { input: 'secret-files', problem: containing('"a" is given by `secrets` too') },
    { input: 'secret-envs', problem: containing('"a" is given by `secrets` too') },
  ])
})
