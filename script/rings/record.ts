import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, totalmem, type } from 'node:os'
import { join } from 'node:path'

import type { Tally } from './tally.ts'

const root = join(import.meta.dirname, '../..')

/** Fields of `npm run lab -- status --json` that are used here. */
interface LabStatus {
  readonly kubernetesVersion: string
  readonly executor: 'real' | 'stand-in'
}

/** Writes what came of the end-to-end tests to docs/end-to-end.md. */
export function recordEndToEnd(tally: Tally): void {
  const answer = execFileSync(process.execPath, [join(root, 'lab/main.ts'), 'status', '--json'], {
    encoding: 'utf8',
  })
  // The lab's own words about itself.
  const { kubernetesVersion, executor } = JSON.parse(answer) as LabStatus
  const machine = `${type()}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`
  const kaniko = executor === 'real' ? 'osscontainertools/kaniko v1.28.3' : 'the stand-in'
  const rows = [
    ...named(tally.passes, '✓ passed'),
    ...named(tally.failures, '✗ failed'),
    ...named(tally.skipped, '– skipped'),
  ]
  writeFileSync(
    join(root, 'docs/end-to-end.md'),
    [
      '# End-to-end results',
      '',
      '<!-- Written by `script/test --record e2e`. -->',
      '',
      `Executor: ${kaniko} · Kubernetes ${kubernetesVersion} · ${machine} · ${new Date().toISOString().slice(0, 10)}`,
      '',
      '| test | result |',
      '|---|---|',
      ...rows,
      '',
    ].join('\n'),
  )
}

function named(tests: readonly string[], result: string): readonly string[] {
  return tests.map((test) => `| ${test.replaceAll('|', '\\|')} | ${result} |`)
}
