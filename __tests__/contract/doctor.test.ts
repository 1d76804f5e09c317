import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Program } from '../../src/doctor/doctor-ports.ts'
import { doctorWork } from '../../src/doctor-ports.ts'
import { examine } from '../../src/examine.ts'
import { stateLedger } from '../../src/runner/state-ledger.ts'
import { terminalRunner } from '../../src/runner/terminal-runner.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { DIGEST } from '../support/build-fixture.ts'
import { said } from '../support/kaniko-lines.ts'
import type { PodScript } from '../support/scripted-pod.ts'

let server: ApiServer
let folder = ''

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'doctor-'))))
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1' },
  status: {
    allocatable: { cpu: '4', memory: '8Gi' },
    nodeInfo: { operatingSystem: 'linux', architecture: 'amd64' },
  },
}

/** Kaniko's words for the numbered instructions of the doctor's Dockerfile. */
const copies = (...numbers: readonly number[]): readonly string[] => [
  ...numbers.map((number) => said(`COPY doctor-line-${number} /`).text),
]

const ALL = Array.from({ length: 40 }, (_, at) => at + 1)

/** A build as the scripted cluster plays it, whose log has those numbered lines. */
const builds =
  (lines: readonly number[] = ALL): PodScript =>
  async (pod) => {
    pod.pending()
    pod.scheduled()
    const isStreamed = JSON.stringify(pod.job).includes('tar://stdin')
    if (!isStreamed) await pod.untilContextExists()
    pod.running()
    if (isStreamed) await server.attaching.whole
    pod.print(said('Retrieving image manifest scratch').text, said('COPY doctor /').text, ...copies(...lines))
    pod.exits(0, DIGEST)
  }

const PROGRAM: Program = {
  commands: ['build'],
  help: () => Promise.resolve(undefined),
  actions: () => Promise.resolve([{ path: 'action.yml', trouble: undefined }]),
}

interface Scene {
  readonly inputs?: Readonly<Record<string, string>>
  readonly pod?: PodScript
  readonly prepare?: (server: ApiServer) => void
  readonly program?: Partial<Program>
}

async function examined({ inputs = {}, pod = builds(), prepare, program = {} }: Scene = {}) {
  server = await startApiServer({ pod })
  server.objects.put('nodes', NODE)
  prepare?.(server)
  const given: Readonly<Record<string, string>> = {
    kubeconfig: server.kubeconfig(),
    skip: 'builders',
    ...inputs,
  }
  const said: string[] = []
  const outputs: Record<string, string> = {}
  let summary = ''
  const runner = {
    ...terminalRunner({}, (line) => said.push(line)),
    input: (name: string) => given[name],
    output: (name: string, value: string) => void (outputs[name] = value),
    summary: (text: string) => void (summary = text),
  }
  const environment = { GITHUB_WORKSPACE: folder, RUNNER_TEMP: folder, PATH: '/nowhere' }
  const signal = new AbortController().signal
  const ledger = stateLedger(() => undefined)
  const work = doctorWork({ environment, runner, ledger, program: { ...PROGRAM, ...program }, signal })
  try {
    const isReady = await examine(
      work.options,
      { runner, doctor: work.ports, now: () => 0, version: '1' },
      signal,
    )
    // The doctor's own.
    const { checks } = JSON.parse(outputs['report'] ?? '{}') as {
      readonly checks: readonly Readonly<Record<string, unknown>>[]
    }
    const of = (id: string) => checks.find((check) => check['id'] === id)
    return { isReady, outputs, summary, log: said.join('\n'), checks, of }
  } finally {
    await work.close()
  }
}

describe('the doctor, of a cluster in which all is well', () => {
  test('passes what there is to look at, creates two builds, and leaves nothing', async () => {
    const { isReady, checks, log, outputs, summary } = await examined()
    expect(checks.filter(({ result }) => result !== 'passed').map(({ id }) => id)).toEqual([
      'registry',
      'workflows',
      'migration',
    ])
    expect(isReady).toBe(true)
    expect(log).toMatch(/ ok +\d\.\d s {2}executor +\S+kaniko\S* is there and runs on node-1/)
    expect(log).toContain('A build works now.')
    expect(outputs).toMatchObject({ ready: 'true', failed: '0', 'failed-checks': '' })
    expect(summary).toContain('### ✅')
    expect(server.said('create jobs')).toBe(2)
    expect(server.objects.list('jobs')).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  })

  test('makes only what it is asked for', async () => {
    const { checks } = await examined({ inputs: { only: 'cluster, clock' } })
    expect(checks.map(({ id }) => id)).toEqual(['cluster', 'clock'])
    expect(server.said('create jobs')).toBe(0)
  })

  test('shows the log of what it builds where that is asked for, and not else', async () => {
    const only = { only: 'build' }
    expect((await examined({ inputs: only })).log).not.toContain('doctor-line-7')
    await server.close()
    expect((await examined({ inputs: { ...only, verbose: 'true' } })).log).toContain('doctor-line-7')
  })
})

const BROKEN: readonly (readonly [string, Scene, Readonly<Record<string, unknown>>])[] = [
  [
    'a clock that is an hour ahead',
    { prepare: (api) => (api.clock = new Date(Date.now() + 3_600_000)) },
    { id: 'clock', result: 'warning', says: expect.stringMatching(/clock is 3(?:599|600|601) s behind/) },
  ],
  [
    'streams that are not allowed, which small contexts do without',
    { prepare: (api) => api.forbid('create pods/attach', 'get pods/attach') },
    { id: 'stream', result: 'warning', code: 'attach-refused' },
  ],
  [
    'rights that are missing',
    { prepare: (api) => api.forbid('create jobs', 'create namespaces') },
    {
      id: 'rights',
      result: 'failed',
      code: 'forbidden',
      shell: expect.stringContaining('kind: ClusterRole'),
    },
  ],
  [
    'a taint on the only node',
    {
      inputs: { 'schedule-timeout': '2s' },
      prepare: (api) =>
        api.objects.put('nodes', {
          ...NODE,
          spec: { taints: [{ key: 'reserved', value: 'gpu', effect: 'NoSchedule' }] },
        }),
      pod: (pod) => {
        pod.pending()
        const message = '0/1 nodes are available: 1 node(s) had untolerated taint {reserved: gpu}.'
        const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }]
        const kind = { apiVersion: 'v1', kind: 'Pod' }
        server.objects.put('pods', { ...kind, ...pod.seen(), status: { phase: 'Pending', conditions } })
      },
    },
    {
      id: 'node',
      result: 'failed',
      code: 'unschedulable',
      says: expect.stringContaining('untolerated taint'),
    },
  ],
  [
    'a log that loses lines',
    { pod: builds(ALL.filter((line) => line !== 7 && line !== 31)) },
    { id: 'log', result: 'warning', says: '2 of 40 numbered lines did not arrive: 7, 31' },
  ],
  [
    'a command that does not answer',
    { inputs: { only: 'commands' }, program: { help: () => Promise.resolve('its help ends with status 1') } },
    { id: 'commands', result: 'failed', cause: ['hybrid-build build: its help ends with status 1'] },
  ],
  [
    'what a dead runner has left',
    {
      prepare: (api) =>
        api.objects.put('namespaces', {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: {
            name: 'container-build-old',
            uid: 'u1',
            labels: { 'app.kubernetes.io/managed-by': 'hybrid-kubernetes-build' },
            annotations: { 'hybrid-kubernetes-build.io/expires-at': '2020-01-01T00:00:00Z' },
          },
        }),
      inputs: { only: 'leftovers' },
    },
    { id: 'leftovers', result: 'warning', cause: ['namespace container-build-old'] },
  ],
]

describe('the doctor names what is broken', () => {
  test.each(BROKEN)(
    '%s',
    async (_, scene, expected) => {
      const { of, checks, isReady } = await examined(scene)
      expect(of(String(expected['id']))).toMatchObject(expected)
      expect(checks.filter(({ result }) => result === 'failed')).toHaveLength(isReady ? 0 : 1)
      expect(isReady).toBe(expected['result'] === 'warning')
      expect(server.objects.list('jobs')).toEqual([])
    },
    20_000,
  )

  test('and what cannot be asked then is skipped, with the reason', async () => {
    const { of, log } = await examined({
      inputs: { namespace: 'ci' },
      prepare: (api) => api.forbid('create jobs'),
    })
    expect(of('namespace')).toMatchObject({ result: 'skipped', says: 'cannot be asked: rights failed' })
    expect(of('removal')).toMatchObject({ result: 'skipped', says: 'nothing was created' })
    expect(log).toContain('A build would fail now.')
  })
})

describe('the doctor, of the workflows', () => {
  test('names the line of a mistake', async () => {
    mkdirSync(join(folder, '.github/workflows'), { recursive: true })
    writeFileSync(
      join(folder, '.github/workflows/ci.yml'),
      'on: push\njobs:\n  a:\n    run-on: x\n    uses: ./b.yml\n',
    )
    const { of } = await examined({ inputs: { only: 'workflows' } })
    expect(of('workflows')).toMatchObject({
      result: 'failed',
      cause: ['.github/workflows/ci.yml:4  there is no `run-on` in the job a'],
    })
  })

  test('names what still builds with a tool of the runner, and the step that takes its place', async () => {
    mkdirSync(join(folder, '.github/workflows'), { recursive: true })
    const run = 'nerdctl build -t ghcr.io/acme/app:1 .\n          nerdctl push ghcr.io/acme/app:1'
    const steps = `      - uses: actions/checkout@v6\n      - run: |\n          ${run}\n`
    const job = `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`
    writeFileSync(join(folder, '.github/workflows/ci.yml'), job)
    const { of, isReady } = await examined({ inputs: { only: 'migration' } })
    const { result, cause } = of('migration') ?? {}
    expect(result).toBe('warning')
    expect(cause).toContain('.github/workflows/ci.yml:8  nerdctl build -t ghcr.io/acme/app:1 .')
    expect(String(cause)).toMatch(/uses: \S+\/hybrid-kubernetes-build@v1.*tags: ghcr\.io\/acme\/app:1/s)
    expect(isReady).toBe(true)
  })
})
