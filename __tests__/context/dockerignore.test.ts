import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { dockerIgnore } from '../../src/context/dockerignore.ts'
import { PatternError } from '../../src/context/ignore-pattern.ts'
import type { Verdict } from '../../src/context/dockerignore.ts'

interface Row {
  readonly ignore: string
  readonly paths: Readonly<Record<string, 'kept' | 'ignored' | 'error'>>
}

// The answers are BuildKit's own: moby/patternmatcher v0.6.1 was asked.
const file = join(import.meta.dirname, '../fixtures/dockerignore-table.json')
const rows = JSON.parse(readFileSync(file, 'utf8')) as readonly Row[]

function answer(ignore: string, path: string): 'kept' | 'ignored' {
  const { judge } = dockerIgnore(ignore)
  let verdict: Verdict | undefined
  const parts = path.split('/')
  for (let depth = 1; depth <= parts.length; depth++)
    verdict = judge(parts.slice(0, depth).join('/'), verdict)
  return verdict?.ignored === true ? 'ignored' : 'kept'
}

test('the table is whole', () => {
  expect(rows.length).toBe(54)
  expect(rows.reduce((sum, row) => sum + Object.keys(row.paths).length, 0)).toBe(3122)
})

test.each(rows)('answers as BuildKit for $ignore', ({ ignore, paths }) => {
  if (paths['*'] === 'error') {
    expect(() => dockerIgnore(ignore)).toThrow('is not a valid pattern')
    return
  }
  const answers = Object.fromEntries(Object.keys(paths).map((path) => [path, answer(ignore, path)]))
  expect(answers).toEqual(paths)
})

// Asked of the same matcher: what tells its translation into Go's expressions from a plausible one.
test.each([
  ['**foo', 'xfoo', 'ignored'],
  ['**foo', 'x/foo', 'ignored'],
  ['foo**', 'foobar/x', 'ignored'],
  ['^a', 'a', 'kept'],
  ['^a*', 'ab', 'ignored'],
  ['*.{js,ts}', 'a.js', 'kept'],
  ['*.{js,ts}', 'a.{js,ts}', 'ignored'],
  ['a{2}*', 'aab', 'ignored'],
  ['*a|b', 'xaz', 'ignored'],
  ['a|*b', 'zb', 'ignored'],
  ['a|b', 'a', 'kept'],
  ['[[:digit:]]x', '1x', 'ignored'],
  ['[[:digit:]]x', 'dx', 'kept'],
  ['[[:^digit:]]x', 'dx', 'ignored'],
  ['[]a]x', ']x', 'error'],
  ['[!a]x', '!x', 'ignored'],
  ['[!a]x', 'bx', 'kept'],
  ['[a-]x', '-x', 'error'],
  ['[*]x', '*x', 'kept'],
  ['[?]', '?', 'kept'],
  ['\\dx?', '1xy', 'ignored'],
  ['\\dx?', 'dxy', 'kept'],
  ['\\[x?', '[xy', 'ignored'],
  ['*\\s', 'a ', 'ignored'],
  ['x[\\d]', 'x1', 'ignored'],
  ['*[z-a]', 'x', 'error'],
  ['\\é', 'é', 'error'],
  ['a*\\', 'a$', 'ignored'],
  ['!a\n*', 'a', 'ignored'],
  ['*\n!', 'a', 'error'],
  ['\ufeff# c\na', 'a', 'ignored'],
  [' # c', '# c', 'ignored'],
  ['! a', 'a', 'kept'],
  ['*\n! a', 'a', 'kept'],
  ['*\n!/a', 'a', 'kept'],
  ['a\r\nb', 'a', 'ignored'],
  ['\u00a0a\u0085', 'a', 'ignored'],
  ['/', 'a', 'kept'],
  ['.', 'a', 'kept'],
  ['..', 'a', 'kept'],
  ['../a', 'a', 'kept'],
  ['*.\n', 'x\ny.', 'ignored'],
  ['*\n!**/src', 'x/a/src/b/c', 'kept'],
  ['**/**', 'a/b', 'ignored'],
  ['**/', 'a', 'ignored'],
  ['a/**/', 'a/b', 'ignored'],
  ['a**b/c', 'ax/yb/c', 'kept'],
  ['😀?', '😀x', 'ignored'],
  ['?', '😀', 'ignored'],
])('answers as BuildKit for %j and the path %j: %s', (ignore, path, expected) => {
  if (expected === 'error') expect(() => answer(ignore, path)).toThrow(PatternError)
  else expect(answer(ignore, path)).toBe(expected)
})

test.each(['\\x41*', '*\\pL', 'a{1001}*', '*{2}'])('refuses %j rather than guess', (ignore) => {
  expect(() => answer(ignore, 'A')).toThrow(PatternError)
})

test.each([
  ['*\n!src/a', 'src', true],
  ['*\n!src/a', 'src/a/b', true],
  ['*\n!src/a', 'lib', false],
  ['*\n!src/*/x', 'src/b', true],
  ['*\n!src/*/x', 'lib', false],
  ['*\n!**/x', 'lib', true],
  ['*', 'lib', false],
])('%j: something below %j can be kept: %s', (ignore, directory, expected) => {
  expect(dockerIgnore(ignore).mayKeepBelow(directory)).toBe(expected)
})
