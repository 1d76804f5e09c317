import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Ended, run } from '../support/process.ts'
import { type BrokenRow, BROKEN_ROWS, namespaceOf, shared, WEBHOOK } from './support/broken-clusters.ts'
import {
  apply,
  cluster,
  describeInLab,
  eventually,
  kubectl,
  LAB_ONLY,
  machineAddress,
  ours,
  ROOT,
} from './support/cluster.ts'
import { sideBySide } from './support/side-by-side.ts'
import { refusingWebhook } from './support/webhook.ts'

/** What `--output json` prints, as far as it is looked at here. */
interface Report {
  readonly ready: boolean
  readonly failed: number
  readonly checks: readonly {
    readonly id: string
    readonly result: string
    readonly says: string
    readonly code?: string
    readonly cause?: readonly string[]
  }[]
}

let folder = ''
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'doctor-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The doctor as a command, where there is nothing but what the test makes. */
async function doctor(
  words: readonly string[],
  {
    cwd = folder,
    kubeconfig = cluster.kubeconfig,
  }: { readonly cwd?: string; readonly kubeconfig?: string } = {},
): Promise<{ readonly ended: Ended; readonly report: Report }> {
  const command = [process.execPath, join(ROOT, 'dist/cli.js'), 'doctor', '--kubeconfig', kubeconfig]
  const ended = await run([...command, '--output', 'json', ...words], { cwd })
  // The doctor's own report, the last line.
  const line = ended.output.split('\n').find((text) => text.startsWith('{"version"'))
  if (line === undefined) throw new Error(ended.output)
  return { ended, report: JSON.parse(line) as Report }
}

/** `--tags` of a repository in the cluster's own registry. */
const PUSH = ['--tags', `${cluster.registry}/doctor:any`, '--insecure-registries', cluster.registry]

const resultsIn = ({ checks }: Report) => Object.fromEntries(checks.map(({ id, result }) => [id, result]))

const nothingIsLeft = () =>
  eventually('nothing of ours is left in the cluster', 60, () => ours().length === 0)

describe(`a cluster that can build, with the ${cluster.executor} executor`, () => {
  test('passes every check, and nothing of it stays', async () => {
    const cwd = join(folder, 'repository')
    cpSync(join(ROOT, 'examples/workflows'), join(cwd, '.github/workflows'), { recursive: true })
    const words = [...PUSH, '--base-image', `${cluster.registry}/library/busybox`]
    const { ended, report } = await doctor(words, { cwd })
    expect(report.checks.filter(({ result }) => result !== 'passed')).toEqual([])
    expect(report.checks.length).toBeGreaterThan(16)
    expect(report).toMatchObject({ ready: true, failed: 0 })
    expect(ended.code).toBe(0)
    await nothingIsLeft()
    const tags = await fetch(
      `http://${cluster.registry.split('/')[0] ?? ''}/v2/doctor/manifests/hybrid-build-doctor`,
    )
    expect(tags.status).toBe(404)
  }, 120_000)
})

/** What is about the cluster, unless the row says more. */
const CLUSTER = ['--skip', 'commands,builders,workflows,stream']

async function examine({ name, arrange, kubeconfig, words = [] }: BrokenRow) {
  if (name !== undefined) {
    apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespaceOf(name) } })
    arrange?.(namespaceOf(name))
  }
  const given = name === undefined ? [] : ['--namespace', namespaceOf(name)]
  const chosen = words.includes('--only') ? words : [...CLUSTER, ...words]
  return doctor([...chosen, ...given], kubeconfig === undefined ? {} : { kubeconfig: kubeconfig() })
}

describeInLab(`a cluster that is broken on purpose${LAB_ONLY}`, () => {
  beforeAll(async () => {
    shared.webhook = await refusingWebhook(machineAddress(), 'nobody builds here')
  })
  const examined = sideBySide(BROKEN_ROWS, examine)

  afterAll(async () => {
    kubectl('delete', 'validatingwebhookconfiguration', WEBHOOK, '--ignore-not-found')
    shared.webhook?.close()
    for (const { name } of BROKEN_ROWS) {
      if (name !== undefined)
        kubectl('delete', 'namespace', namespaceOf(name), '--wait=false', '--ignore-not-found')
    }
    await nothingIsLeft()
  }, 100_000)

  test.each(BROKEN_ROWS.map((row) => [row.broken, row] as const))(
    '%s: the doctor names it',
    async (_, row) => {
      const { ended, report } = await examined.of(row)
      const expected = row.result ?? 'failed'
      const found = report.checks.find(({ id }) => id === row.check)
      expect({
        ...found,
        others: report.checks.filter(({ result }) => result === 'failed').length,
      }).toMatchObject({
        result: expected,
        others: expected === 'failed' ? 1 : 0,
        ...(row.code === undefined ? {} : { code: row.code }),
      })
      expect(found?.says).toMatch(row.says)
      for (const id of row.skipped ?? []) {
        const results = resultsIn(report)
        if (id in results) expect([id, results[id]]).toEqual([id, 'skipped'])
      }
      expect(ended.code).toBe(expected === 'failed' ? 1 : 0)
    },
    120_000,
  )
})

test('a workflow with a mistake is named, with its line', async () => {
  const cwd = join(folder, 'repository')
  mkdirSync(join(cwd, '.github/workflows'), { recursive: true })
  writeFileSync(
    join(cwd, '.github/workflows/ci.yml'),
    'on: push\njobs:\n  build:\n    runs-on: x\n    stepps: []\n',
  )
  const { ended, report } = await doctor(['--only', 'workflows'], { cwd })
  expect(report.checks).toMatchObject([{ id: 'workflows', result: 'failed' }])
  expect(report.checks[0]?.cause?.join('\n')).toContain('.github/workflows/ci.yml:5')
  expect(ended.code).toBe(1)
})
