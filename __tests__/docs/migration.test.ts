import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { flagTable, migrationPage } from '../../script/generate/migration.ts'
import { INPUT_NAMES } from '../../src/request/inputs.generated.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/migration.md'), 'utf8')

describe('docs/migration.md', () => {
  test('is what its sources give', () => {
    expect(migrationPage(PAGE)).toBe(PAGE)
  })

  test('is not made without its markers', () => {
    expect(migrationPage(PAGE.replace('<!-- flags:end -->', ''))).toBeUndefined()
  })

  test('says of every flag what becomes of it, and links inputs that there are', () => {
    const table = flagTable()
    expect(table).toContain('| `--label` … | [`labels`](inputs.md#labels) |')
    for (const [, name = ''] of PAGE.matchAll(/\(inputs\.md#([\w-]+)\)/g)) expect(INPUT_NAMES).toContain(name)
  })
})
