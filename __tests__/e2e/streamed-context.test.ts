import { createHash, randomFillSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { dump, load } from 'js-yaml'

import { runStep } from '../support/action.ts'
import { cluster, eventually, kubectl, ours } from './support/cluster.ts'
import { cuttingProxy } from './support/cutting-proxy.ts'
import { inputs } from './support/inputs.ts'

const MINUTES = 60_000
const MB = 1_000_000

/** Without Kaniko itself nothing here would be told about Kaniko. */
const describeWithKaniko = cluster.executor === 'real' ? describe : describe.skip
const name =
  cluster.executor === 'real'
    ? 'a context that is streamed into the real Kaniko'
    : 'a context that is streamed into the real Kaniko (skipped: the lab has no archive of it, see lab/README.md)'

/** The fields of a kubeconfig that are changed here. */
interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server: string } }[]
  readonly contexts: unknown
  readonly users: unknown
}

let workspace = ''

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'streamed-'))
})
afterEach(() => rmSync(workspace, { recursive: true, force: true }))

/** Random bytes under a name in the workspace; their SHA-256. */
function noise(path: string, bytes: number): string {
  const content = randomFillSync(Buffer.alloc(bytes))
  writeFileSync(join(workspace, path), content)
  return createHash('sha256').update(content).digest('hex')
}

function dockerfile(...lines: readonly string[]): void {
  writeFileSync(join(workspace, 'Dockerfile'), `${lines.join('\n')}\n`)
}

const step = (more: Readonly<Record<string, string>> = {}) =>
  runStep({ workspace, inputs: inputs('streamed', { context: '.', cache: 'false', ...more }) })

/** The tests' kubeconfig, by way of a proxy. */
function kubeconfigBy(port: number): string {
  // A kubeconfig that works has these fields.
  const config = load(cluster.kubeconfig) as Kubeconfig
  const clusters = config.clusters.map((one) => {
    const { hostname } = new URL(one.cluster.server)
    return {
      ...one,
      cluster: { ...one.cluster, server: `https://127.0.0.1:${port}`, 'tls-server-name': hostname },
    }
  })
  return dump({ ...config, clusters })
}

function apiServer(): { readonly host: string; readonly port: number } {
  const config = load(cluster.kubeconfig) as Kubeconfig
  const url = new URL(config.clusters[0]?.cluster.server ?? '')
  return { host: url.hostname, port: Number(url.port || '443') }
}

describeWithKaniko(name, () => {
  afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

  test(
    'arrives byte for byte, and the plan says what it is',
    async () => {
      const sum = noise('noise', 60 * MB)
      dockerfile('FROM busybox', 'COPY noise /noise', 'RUN sha256sum /noise')
      const { main, outputs } = await step()
      expect(outputs).toMatchObject({ outcome: 'built' })
      expect(main.output).toContain('streamed into the pod')
      expect(main.output).toContain('60.0 MB  noise')
      expect(main.output).toContain(sum)
    },
    3 * MINUTES,
  )

  test(
    'is streamed although it is small, if that is asked for',
    async () => {
      dockerfile('FROM busybox', 'COPY . /x', 'RUN ls /x')
      const { outputs } = await step({ 'context-delivery': 'stream' })
      expect(outputs).toMatchObject({ outcome: 'built' })
    },
    3 * MINUTES,
  )

  test(
    'that is cut on its way starts once more, and is built then',
    async () => {
      const sum = noise('noise', 30 * MB)
      dockerfile('FROM busybox', 'COPY noise /noise', 'RUN sha256sum /noise')
      const proxy = await cuttingProxy(apiServer(), 12 * MB, 1)
      try {
        const { main, outputs } = await step({ kubeconfig: kubeconfigBy(proxy.port) })
        expect(proxy.cuts).toBe(1)
        expect(main.output).toContain('The build starts once more.')
        expect(outputs).toMatchObject({ outcome: 'built' })
        expect(main.output).toContain(sum)
      } finally {
        proxy.close()
      }
    },
    3 * MINUTES,
  )

  test(
    'that is cut each time is never built from',
    async () => {
      noise('noise', 30 * MB)
      dockerfile('FROM scratch', 'COPY noise /noise')
      const proxy = await cuttingProxy(apiServer(), 12 * MB, 100)
      try {
        const { outputs } = await step({ kubeconfig: kubeconfigBy(proxy.port) })
        expect(proxy.cuts).toBe(2)
        expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'context-broken' })
        expect(outputs).not.toHaveProperty('digest')
      } finally {
        proxy.close()
      }
    },
    3 * MINUTES,
  )

  test(
    'is refused, naming the right, where the runner may not attach',
    async () => {
      const namespace = `no-attach-${Date.now().toString(36)}`
      kubectl('create', 'namespace', namespace)
      try {
        kubectl('-n', namespace, 'create', 'serviceaccount', 'runner')
        const rules = ['jobs.batch', 'configmaps', 'pods', 'pods/log', 'events'].map(
          (one) => `--resource=${one}`,
        )
        const verbs = '--verb=create,get,list,watch,delete'
        kubectl('-n', namespace, 'create', 'role', 'runner', verbs, ...rules)
        kubectl(
          '-n',
          namespace,
          'create',
          'rolebinding',
          'runner',
          '--role=runner',
          `--serviceaccount=${namespace}:runner`,
        )
        const token = kubectl('create', 'token', 'runner', '-n', namespace).trim()
        const { clusters } = load(cluster.kubeconfig) as Kubeconfig
        const kubeconfig = dump({
          apiVersion: 'v1',
          kind: 'Config',
          clusters,
          users: [{ name: 'runner', user: { token } }],
          contexts: [{ name: 'runner', context: { cluster: clusters[0]?.name, user: 'runner' } }],
          'current-context': 'runner',
        })
        noise('noise', 2 * MB)
        dockerfile('FROM scratch', 'COPY noise /noise')
        const { main, outputs } = await step({ kubeconfig, namespace })
        expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'attach-refused' })
        expect(main.output).toContain(`{kind: ServiceAccount, namespace: ${namespace}, name: runner}`)
        expect(main.output).toContain('resources: [pods/attach], verbs: [get, create]')
        expect(outputs).not.toHaveProperty('duration')
      } finally {
        kubectl('delete', 'namespace', namespace, '--wait=false')
      }
    },
    // Less than what an idle connection lives: a refusal must not hold the process up.
    1 * MINUTES,
  )
})

/** Minutes each: the ring `long` runs them. */
const isLong = process.env['HYBRID_BUILD_LONG_TESTS'] === '1'
const describeLong = cluster.executor === 'real' && isLong ? describe : describe.skip

describeLong(
  `a very large context, streamed into the real Kaniko${isLong ? '' : ' (skipped: script/test long)'}`,
  () => {
    afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

    test(
      'of 300 MB of noise arrives byte for byte',
      async () => {
        const sum = noise('noise', 300 * MB)
        dockerfile('FROM busybox', 'COPY noise /noise', 'RUN sha256sum /noise')
        const { main, outputs } = await step({ push: 'false' })
        expect(outputs).toMatchObject({ outcome: 'built' })
        expect(main.output).toContain(sum)
      },
      10 * MINUTES,
    )

    test(
      'of 100,000 files arrives with each of them',
      async () => {
        for (let directory = 0; directory < 100; directory++) {
          mkdirSync(join(workspace, `d${directory}`))
          for (let file = 0; file < 1_000; file++) {
            writeFileSync(join(workspace, `d${directory}/${file}.txt`), `${directory} ${file}\n`.repeat(20))
          }
        }
        dockerfile('FROM busybox', 'COPY . /files', 'RUN echo "files: $(find /files -type f | wc -l)"')
        const { main, outputs } = await step({ push: 'false' })
        expect(outputs).toMatchObject({ outcome: 'built' })
        expect(main.output).toContain('files: 100001')
      },
      10 * MINUTES,
    )
  },
)
