import { load } from 'js-yaml'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Ended, run } from '../support/process.ts'
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
  secureRegistry,
} from './support/cluster.ts'
import { sideBySide } from './support/side-by-side.ts'
import { refusingWebhook, type Webhook } from './support/webhook.ts'

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
    const { ended, report } = await doctor([...PUSH, '--base-image', `${cluster.registry}/library/busybox`])
    const odd = report.checks
      .filter(({ result }) => result !== 'passed')
      .map(({ id, result, says }) => ({ id, result, says }))
    const none = { result: 'skipped', says: 'no .github/workflows here' }
    expect(odd).toEqual([
      { id: 'workflows', ...none },
      { id: 'migration', ...none },
    ])
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

/** One thing that is broken, and what the doctor says of it. */
interface Row {
  readonly broken: string
  readonly check: string
  readonly result?: 'failed' | 'warning'
  readonly code?: string
  readonly says: RegExp
  /** Checks that cannot be asked then. */
  readonly skipped?: readonly string[]
  readonly words?: readonly string[]
  /** Of a namespace of the row's own, which is then given. */
  readonly name?: string
  readonly arrange?: (namespace: string) => void
  readonly kubeconfig?: () => string
}

/** Credentials for the lab's registry that has a password. */
const as = (username: string, password: string): string =>
  JSON.stringify([{ registry: secureRegistry().address, username, password }])

const suffix = Date.now().toString(36)
const namespaceOf = (name: string): string => `doctor-${name}-${suffix}`
const WEBHOOK = `doctor-${suffix}`

let webhook: Webhook | undefined

const ROWS: readonly Row[] = [
  {
    broken: 'a token that the cluster does not know',
    check: 'cluster',
    code: 'unauthorized',
    says: /credentials|does not accept|unauthori[sz]ed/i,
    skipped: ['clock', 'rights'],
    words: ['--only', 'cluster,clock,rights'],
    kubeconfig: () => kubeconfigWith({ token: 'nobody-knows-it' }),
  },
  {
    broken: 'an account without rights',
    check: 'rights',
    code: 'forbidden',
    says: /does not let "system:serviceaccount:doctor-.*" do \d things in namespace/,
    skipped: ['namespace', 'executor'],
    words: ['--only', 'cluster,rights,namespace,admission,node,executor'],
    name: 'rightless',
    kubeconfig: () =>
      kubeconfigWith({ token: kubectl('create', 'token', 'default', '-n', namespaceOf('rightless')).trim() }),
  },
  {
    broken: 'a quota of no pods',
    check: 'admission',
    code: 'quota',
    says: /quota "none"/,
    skipped: ['node', 'executor', 'build'],
    name: 'quota',
    arrange: (namespace) =>
      apply({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'none', namespace },
        spec: { hard: { pods: '0' } },
      }),
  },
  {
    broken: 'Pod Security restricted',
    check: 'namespace',
    code: 'pod-security',
    says: /Pod Security in the namespace "doctor-restricted-/,
    skipped: ['executor'],
    name: 'restricted',
    arrange: (namespace) =>
      kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted'),
  },
  {
    broken: 'an admission webhook that refuses',
    check: 'admission',
    code: 'admission',
    says: /An admission webhook of the cluster refuses/,
    skipped: ['executor'],
    name: 'webhook',
    arrange: (namespace) => apply(webhookFor(namespace)),
  },
  {
    broken: 'an executor that is nowhere',
    check: 'executor',
    code: 'executor-pull',
    says: /nobody\/kaniko/,
    skipped: ['context', 'build', 'registry', 'stream'],
    words: ['--executor', `${cluster.registry}/nobody/kaniko:none`],
  },
  {
    broken: 'a node that there is not',
    check: 'node',
    code: 'unschedulable',
    says: /No node can|no node/i,
    skipped: ['executor'],
    words: ['--node-selector', 'no-such=label'],
  },
  {
    broken: 'a password that is wrong',
    check: 'registry',
    code: 'push-denied',
    says: /./,
    words: [
      ...['--tags', `${secureRegistry().address}/doctor/wrong:any`],
      ...['--skip-tls-verify-registries', secureRegistry().address],
      ...['--registries', as('builder', 'wrong-password')],
    ],
  },
  {
    broken: 'a registry that nobody is at',
    check: 'registry',
    code: 'push-unreachable',
    says: /./,
    words: ['--tags', `${cluster.registry.split(':')[0] ?? ''}:9/doctor/nowhere:any`],
  },
  {
    broken: 'a name that DNS does not have',
    check: 'registry',
    code: 'push-unreachable',
    says: /no-such-registry\.example/,
    words: ['--tags', 'no-such-registry.example/doctor/unknown:any'],
  },
  {
    broken: 'what a dead runner has left',
    check: 'leftovers',
    result: 'warning',
    says: /1 thing of earlier builds expired/,
    words: ['--only', 'leftovers'],
    name: 'expired',
    arrange: (namespace) => apply(expiredJob(namespace)),
  },
]

/** The tests' kubeconfig with other credentials. */
function kubeconfigWith(user: object): string {
  // A kubeconfig that works has these fields.
  const { clusters } = load(cluster.kubeconfig) as { readonly clusters: readonly { readonly name: string }[] }
  const context = { cluster: clusters[0]?.name, user: 'other' }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters,
    users: [{ name: 'other', user }],
    contexts: [{ name: 'other', context }],
    'current-context': 'other',
  })
}

function webhookFor(namespace: string): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: WEBHOOK },
    webhooks: [
      {
        name: 'nobody.builds.example',
        clientConfig: webhook?.clientConfig,
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
      },
    ],
  }
}

function expiredJob(namespace: string): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: 'left',
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'hybrid-kubernetes-build' },
      annotations: { 'hybrid-kubernetes-build.io/expires-at': '2020-01-01T00:00:00Z' },
    },
    spec: {
      suspend: true,
      template: {
        spec: { restartPolicy: 'Never', containers: [{ name: 'left', image: 'nobody.invalid/left' }] },
      },
    },
  }
}

/** What is about the cluster, unless the row says more. */
const CLUSTER = ['--skip', 'commands,builders,workflows,stream']

async function examine({ name, arrange, kubeconfig, words = [] }: Row) {
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
    webhook = await refusingWebhook(machineAddress(), 'nobody builds here')
  })
  const examined = sideBySide(ROWS, examine)

  afterAll(async () => {
    kubectl('delete', 'validatingwebhookconfiguration', WEBHOOK, '--ignore-not-found')
    webhook?.close()
    for (const { name } of ROWS) {
      if (name !== undefined)
        kubectl('delete', 'namespace', namespaceOf(name), '--wait=false', '--ignore-not-found')
    }
    await nothingIsLeft()
  }, 100_000)

  test.each(ROWS.map((row) => [row.broken, row] as const))(
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
