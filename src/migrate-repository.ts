import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { planMigration } from './migrate/plan-migration.ts'
import { diffText, summaryText } from './migrate/report.ts'
import { repositoryAt } from './migrate/repository.ts'

/** What came of a migration: the exit status says which. */
export const MIGRATED = { all: 0, someLeft: 1, noWorkflows: 2 } as const

/**
 * Shows how the workflows of the repository at `root` change from container tools to this
 * action, and with `write` changes them; what a person must decide is listed with its
 * reason. Everything is told to `print`. No cluster is asked, and nothing is run.
 */
export function migrateRepository(root: string, write: boolean, print: (text: string) => void): number {
  if (!existsSync(join(root, '.github'))) {
    print(
      `There is no folder .github in ${root}: name the repository's folder, as in hybrid-build migrate PATH.\n`,
    )
    return MIGRATED.noWorkflows
  }
  const migration = planMigration(repositoryAt(root))
  const diff = diffText(migration.changes)
  if (diff !== '') print(`${diff}\n`)
  if (write) for (const { path, after } of migration.changes) writeFileSync(join(root, path), after)
  print(summaryText(migration, write))
  return migration.findings.some(({ reason }) => reason !== undefined) ? MIGRATED.someLeft : MIGRATED.all
}
