import fc from 'fast-check'

import { compileGoRegexp } from '../../src/context/go-regexp.ts'
import { dockerIgnore } from '../../src/context/dockerignore.ts'
import { pathItems } from '../../src/context/path-items.ts'
import { matchesItems } from '../../src/context/path-matcher.ts'

const PIECE = fc.constantFrom(
  '[^/]*',
  '[^/]*',
  '(.*/)?',
  'a',
  'b',
  '/',
  '[^/]',
  '[ab]',
  '[^a]',
  '\\.',
  '\n',
  'é',
)
const PATH = fc.array(fc.constantFrom('a', 'b', '/', '.', '\n', 'é', '🚀'), { maxLength: 12 })

test('items match what the expression matches', () => {
  const source = fc.tuple(fc.array(PIECE, { maxLength: 8 }), fc.constantFrom('', '.*'))
  fc.assert(
    fc.property(source, PATH, ([pieces, end], parts) => {
      const text = `^${pieces.join('')}${end}`
      const path = parts.join('')
      expect(matchesItems(pathItems(text) ?? [], path)).toBe(compileGoRegexp(`${text}$`).test(path))
    }),
    { numRuns: 3000 },
  )
})

test('an operator of Go’s is left to the expression', () => {
  for (const source of ['^a|b', '^a{2}', '^a{2,}', '^a^', '^\\ba']) expect(pathItems(source)).toBeUndefined()
  expect(pathItems('^{a,b}')).toHaveLength(5)
})

test('an operator beside many wildcards is refused, where it might take for ever', () => {
  expect(() => dockerIgnore('*a*a*a{1}b').judge('a', undefined)).toThrow('more than 2 wildcards beside')
  expect(dockerIgnore('*a*a{1}b').judge('aab', undefined).ignored).toBe(true)
})

// One that goes back from each star to the one before takes years.
test('many stars take no longer than they are many', () => {
  const name = 'a'.repeat(250)
  const { judge } = dockerIgnore(`${'*a'.repeat(60)}b\n${'**/a/'.repeat(60)}b\n${'*a'.repeat(60)}\n`)
  expect(judge(name, undefined).matched).toEqual([false, false, true])
  expect(judge('a/'.repeat(500) + 'a', undefined).matched).toEqual([false, false, false])
})
