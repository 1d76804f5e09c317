import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { dockerIgnore } from '../../src/context/dockerignore.ts'
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
