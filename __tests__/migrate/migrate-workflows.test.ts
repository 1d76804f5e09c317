import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { planMigration } from '../../src/migrate/plan-migration.ts'
import type { Migration } from '../../src/migrate/plan-migration.ts'

const FOLDER = join(import.meta.dirname, 'workflows')
const NAMES = readdirSync(FOLDER)
  .filter((file) => /^[a-z0-9-]+\.yml$/.test(file))
  .map((file) => file.replace('.yml', ''))

/** What the workflows of the folder call. */
const CALLED: Readonly<Record<string, string>> = {
  'scripts/build-and-push.sh': '#!/bin/sh\nset -e\ndocker build -t acme/shop .\nexec ./scripts/push.sh\n',
  'scripts/push.sh': 'docker push acme/shop\n',
  Makefile:
    'all: test\n\nimage: sources\n\t@nerdctl build -t acme/shop \\\n\t  .\n\nsources:\n\tgo generate\n\ntest:\n\tdocker build .\n',
  'package.json': '{\n  "scripts": {\n    "docker:build": "docker build ."\n  }\n}\n',
}

function migrate(name: string, source: string): Migration {
  const path = `.github/workflows/${name}.yml`
  return planMigration({
    read: (file) => (file === path ? source : CALLED[file]),
    workflowPaths: () => [path],
  })
}

const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8')

/** The text of a file beside the workflow; `fallback` where there is none. */
const beside = (file: string, fallback: string): string =>
  existsSync(join(FOLDER, file)) ? read(file) : fallback

const left = ({ findings }: Migration): string =>
  findings
    .map(({ file, line, reason }) => (reason === undefined ? '' : `${file}:${line} ${reason}\n`))
    .join('')

describe('a workflow of each pattern', () => {
  test('there are twenty', () => {
    expect(NAMES).toHaveLength(20)
  })

  test.each(NAMES)('%s becomes what is expected, and what is left has its reason', (name) => {
    const before = read(`${name}.yml`)
    const migration = migrate(name, before)
    expect(migration.changes[0]?.after ?? before).toBe(beside(`${name}.expected.yml`, before))
    expect(left(migration)).toBe(beside(`${name}.left.txt`, ''))
  })

  test.each(NAMES)('%s is changed once: a second time there is nothing to do', (name) => {
    const before = read(`${name}.yml`)
    const first = migrate(name, before)
    const second = migrate(name, first.changes[0]?.after ?? before)
    expect(second.changes).toEqual([])
    expect(second.findings.filter(({ reason }) => reason === undefined)).toEqual([])
    expect(second.findings).toHaveLength(first.findings.filter(({ reason }) => reason !== undefined).length)
  })

  test.each(NAMES)('%s: every replacement is in the result as it is shown', (name) => {
    const { changes, findings } = migrate(name, read(`${name}.yml`))
    const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')
    const after = flat(changes[0]?.after ?? '')
    for (const { replacement } of findings)
      if (replacement !== undefined) expect(after).toContain(flat(replacement).trim())
  })
})
