import fc from 'fast-check'
import { load, loadAll } from 'js-yaml'

import { yamlText } from '../../src/report/yaml-text.ts'

const round = (value: object): unknown => load(yamlText([value]))

/** What some reader of YAML takes for something else than text, or for the end of it. */
const HOSTILE = [
  ...['', ' ', 'y', 'N', 'on', 'Off', 'yes', 'NO', 'true', 'Null', '~', '=', '<<', '.inf', '.NaN', 'inf'],
  ...[
    '012',
    '0o7',
    '0x1F',
    '0b1',
    '1_000',
    '1e3',
    '12:30:45',
    '2026-11-24',
    '-1',
    '+1',
    '.5',
    '1.',
    '500m',
    '2Gi',
  ],
  ...[
    '-',
    '--',
    '---',
    '...',
    '- a',
    '? a',
    'a: b',
    'a:',
    ':a',
    'a #b',
    '#a',
    '&a',
    '*a',
    '!a',
    '!!js x',
    '%a',
    '@a',
  ],
  ...[
    '`a',
    "it's",
    '"a"',
    '\\',
    '\\n',
    "'",
    '[a',
    '{a',
    '{{JOB_NAME}}',
    '{{JOB_NAME}}-context',
    '|',
    '>',
    'a, b',
  ],
  ...[
    'a\nb',
    'a\nb\n',
    '\na\nb\n',
    ' a\n b\n',
    'a\n---\nb: c\n',
    'a\r\nb',
    '\ta',
    'a ',
    ' a',
    'a\u2028b',
    'a\u0085b',
  ],
  ...[
    '\u0000',
    '\u007f',
    '\ufeff',
    'ü',
    '😀',
    'a😀"\n',
    "x'\nkind: Secret\n",
    '$(container)',
    '$$(A)',
    '--a=b: c',
  ],
]

describe('YAML', () => {
  test.each(HOSTILE)('%j is the same text again: as a value, in a list, as a key', (text) => {
    const value = { a: text, list: [text, { b: text, c: [text] }], [`k${text}`]: { [text]: text } }
    expect(round(value)).toEqual(value)
  })

  test.each([
    'y',
    'No',
    'ON',
    'null',
    '012',
    '1_000',
    '0b1',
    '12:30:45',
    '2026-11-24',
    '1e3',
    '{{NAMESPACE}}',
    '=',
  ])('%s stands in quotes: a reader of YAML 1.1 would take it for something else', (text) => {
    expect(yamlText([{ a: text }])).toBe(`a: '${text}'\n`)
  })

  test('is written as people write it', () => {
    const value = {
      apiVersion: 'v1',
      metadata: { name: 'app', labels: {}, none: undefined },
      args: ['--a=b', 'x y'],
      list: [{ name: 'a', mounts: [{ path: '/x' }] }, []],
      cpu: '500m',
      port: 1,
      flag: false,
      pem: '-----BEGIN X-----\nabc=\n-----END X-----\n',
    }
    expect(yamlText([value, { kind: 'B' }])).toBe(`apiVersion: v1
metadata:
  name: app
  labels: {}
args:
  - --a=b
  - 'x y'
list:
  - name: a
    mounts:
      - path: /x
  - []
cpu: 500m
port: 1
flag: false
pem: |
  -----BEGIN X-----
  abc=
  -----END X-----
---
kind: B
`)
  })

  test('gives back any JSON whatever, and is ASCII', () => {
    const text = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme' }))
    // «__proto__» is no key of JSON's objects in JavaScript.
    const key = text.filter((name) => name !== '__proto__')
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(key, value, { minKeys: 1, maxKeys: 3, noNullPrototype: true }), (object) => {
        const written = yamlText([object, object])
        expect(written).toMatch(/^[\n -~]*$/)
        expect(loadAll(written)).toEqual([object, object])
      }),
    )
  })
})
