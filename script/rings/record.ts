import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, totalmem, type } from 'node:os'
import { join } from 'node:path'

import { ENVIRONMENT_INPUTS } from '../../src/request/input-reader.ts'
import { reliabilityPage } from './faults/page.ts'
import type { Tally } from './tally.ts'

const root = join(import.meta.dirname, '../..')

/** Fields of `npm run lab -- status --json` that are used here. */
interface LabStatus {
  readonly kubernetesVersion: string
  readonly executor: 'real' | 'stand-in'
}

/** Where what came of a ring is written; the other rings leave nothing in docs. */
export const RECORDS: Readonly<Record<string, string>> = {
  e2e: 'docs/end-to-end.md',
  long: 'docs/end-to-end-long.md',
  faults: 'docs/reliability.md',
}

/** Writes what came of a ring to its page in docs. */
export function recordRing(ring: string, tally: Tally): void {
  const page = ring === 'faults' ? reliabilityPage(tally) : endToEndPage(ring, tally)
  writeFileSync(join(root, RECORDS[ring] ?? `docs/${ring}.md`), page)
}

function endToEndPage(ring: string, tally: Tally): string {
  const machine = `${type()}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`
  const rows = [
    ...named(tally.passes, '✓ passed'),
    ...named(tally.failures, '✗ failed'),
    // The long ring leaves out all the others.
    ...(ring === 'long' ? [] : named(tally.skipped, '– skipped')),
  ]
  return [
    '# End-to-end results',
    '',
    `<!-- Written by \`script/test --record ${ring}\`. -->`,
    '',
    `${clusterInWords()} · ${machine} · ${new Date().toISOString().slice(0, 10)}`,
    '',
    '| test | result |',
    '|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** The cluster that the tests ran in; of a user's own nothing is written but that it is one. */
function clusterInWords(): string {
  if (process.env['HYBRID_LAB_KUBECONFIG'] !== undefined) {
    return "In a cluster of the user's, which pulls the executor itself"
  }
  // Exit code 1 means that a probe fails, which is no reason to lose the results.
  const { stdout } = spawnSync(process.execPath, [join(root, 'lab/main.ts'), 'status', '--json'], {
    encoding: 'utf8',
  })
  // The lab's own words about itself; of a lab that is down there is only its name.
  const { kubernetesVersion, executor } = JSON.parse(stdout) as Partial<LabStatus>
  if (kubernetesVersion === undefined) return 'The lab was down afterwards'
  const kaniko =
    executor === 'real'
      ? `the real Kaniko, as loaded under ${ENVIRONMENT_INPUTS.executor?.fallback ?? ''}`
      : 'the stand-in'
  return `Executor: ${kaniko} · Kubernetes ${kubernetesVersion}`
}

function named(tests: readonly string[], result: string): readonly string[] {
  return tests.map((test) => `| ${test.replaceAll('|', '\\|')} | ${result} |`)
}
