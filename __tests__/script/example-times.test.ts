import { readFileSync, readdirSync } from 'node:fs'

import { withTime } from '../../script/docs/example-times.ts'

const page =
  '| a | b | took |\n|---|---|---|\n| [ci.yml](x/ci.yml) | one | - |\n| ci.yml, again | two | 9.9 s |\n'

test.each([
  ['ci.yml', '| [ci.yml](x/ci.yml) | one | 1.2 s |'],
  ['ci.yml, again', '| ci.yml, again | two | 1.2 s |'],
])('the time of %s is written into its row, and into no other', (row, line) => {
  const written = withTime(page, row, 1.234).split('\n')
  expect(written).toContain(line)
  expect(written.filter((one) => one.includes('1.2 s'))).toHaveLength(1)
  expect(written).toHaveLength(page.split('\n').length)
})

test('a row that is not there is an error', () => {
  expect(() => withTime(page, 'other.yml', 1)).toThrow('no row of other.yml')
})

test.each(readdirSync('examples/workflows'))('%s is told of where people look', (file) => {
  expect(readFileSync('examples/README.md', 'utf8')).toContain(file)
  expect(readFileSync('docs/examples.md', 'utf8')).toContain(file)
})
