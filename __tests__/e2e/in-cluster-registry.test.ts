import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runStep } from '../support/action.ts'
import { type Ended, start } from '../support/process.ts'
import { apply, cluster, describeInLab, eventually, get, kubectl, LAB_ONLY, ROOT } from './support/cluster.ts'
import { EXAMPLES, inputs } from './support/inputs.ts'

const NAMESPACE = 'registry-of-test'
const NODE_PORT = '30580'
/** Of the volume: the lab has nobody who would make one. */
const CLASS = 'registry-of-test'

/** Takes minutes: a registry is pruned when nothing has been pushed for one. */
const isLong = process.env['HYBRID_BUILD_LONG_TESTS'] === '1'
const longTest = isLong ? test : test.skip
const WHEN = isLong ? '' : ' (skipped: script/test long)'

/** Only Kaniko itself pushes. */
const describeWithKaniko = cluster.executor === 'real' ? describeInLab : describe.skip
const WHY =
  cluster.executor === 'real' ? LAB_ONLY : ' (skipped: the lab has no archive of Kaniko, see lab/README.md)'

let folder = ''

function registry(...words: readonly string[]): Promise<Ended> {
  const cli = [process.execPath, join(ROOT, 'dist/cli.js'), 'registry', ...words]
  return start([...cli, '--namespace', NAMESPACE], { cwd: folder, env: { KUBECONFIG: kubeconfig() } }).ended
}

/** Path of the tests' kubeconfig. */
const kubeconfig = (): string => cluster.kubectl[cluster.kubectl.indexOf('--kubeconfig') + 1] ?? ''

const install = (...more: readonly string[]) =>
  registry('install', '--node-port', NODE_PORT, '--storage', '1Gi', ...more)

/** Builds an app of examples/ into it, and returns its name for nodes. */
async function built(
  app: string,
  tags: string,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { main, outputs } = await runStep({
    workspace: EXAMPLES,
    inputs: inputs(app, { registry: `in-cluster/${NAMESPACE}`, tags, ...more }),
  })
  if (outputs['outcome'] !== 'built') throw new Error(main.output)
  return outputs['pull-image'] ?? ''
}

/** Everything of the installation with its version; what controllers alone change is left out. */
function versions(): readonly string[] {
  const kinds = 'configmaps,secrets,services,persistentvolumeclaims,roles,rolebindings,deployments'
  // kubectl's own form of a list.
  const { items } = get(kinds, '-n', NAMESPACE) as {
    readonly items: readonly {
      readonly kind: string
      readonly metadata: {
        readonly name: string
        readonly generation?: number
        readonly resourceVersion: string
      }
    }[]
  }
  return items.map(
    ({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.generation ?? metadata.resourceVersion}`,
  )
}

/** What a pod of that image prints; its node pulls the image for it. */
async function printedBy(image: string, name: string): Promise<string> {
  const words = [
    'run',
    name,
    '-n',
    'default',
    `--image=${image}`,
    '--image-pull-policy=Always',
    '--restart=Never',
  ]
  kubectl(...words)
  try {
    await eventually(`${name} has run`, 30, () => phaseOf(name) === 'Succeeded')
    return kubectl('logs', name, '-n', 'default')
  } finally {
    kubectl('delete', 'pod', name, '-n', 'default', '--now')
  }
}

const phaseOf = (name: string): string =>
  kubectl('get', 'pod', name, '-n', 'default', '-o', 'jsonpath={.status.phase}')

interface Status {
  readonly ready: boolean
  readonly nodes: { readonly proved: readonly string[]; readonly unproved: readonly string[] }
  readonly 'pull-host': string
  readonly repositories: readonly {
    readonly name: string
    readonly tags: readonly { readonly tag: string }[]
  }[]
}

async function status(): Promise<Status> {
  const { output } = await registry('status', '--output', 'json')
  // What the command itself promises.
  return JSON.parse(output) as Status
}

describeWithKaniko(`a registry in the cluster${WHY}`, () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'registry-'))
    // The registry's user is nobody of this machine.
    chmodSync(folder, 0o777)
    apply({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: CLASS },
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        hostPath: { path: folder },
        storageClassName: CLASS,
      },
    })
  })
  afterAll(() => {
    kubectl('delete', 'namespace', NAMESPACE, '--ignore-not-found')
    kubectl('delete', 'persistentvolume', CLASS, '--wait=false')
    rmSync(folder, { recursive: true })
  }, 60_000)

  test('is installed, built into, pulled from by the node, kept over restarts, and removed', async () => {
    const installed = await install('--storage-class', CLASS)
    expect(installed).toMatchObject({ code: 0 })
    expect(installed.output).toContain(`localhost:${NODE_PORT}`)
    // Of the proof nothing is left.
    expect(get('pods', '-n', NAMESPACE)).toMatchObject({
      items: [{ metadata: { labels: { 'app.kubernetes.io/component': 'registry' } } }],
    })
    expect(await status()).toMatchObject({ ready: true, repositories: [], nodes: { unproved: [] } })

    const pullImage = await built('hello', 'team/hello:1')
    expect(pullImage).toMatch(new RegExp(`^localhost:${NODE_PORT}/team/hello@sha256:[0-9a-f]{64}$`))
    expect(await printedBy(pullImage, 'pulled')).toContain('I am hello')

    const before = versions()
    expect((await install()).output).toContain('Nothing was changed')
    expect(versions()).toEqual(before)

    kubectl('delete', 'pods', '-n', NAMESPACE, '--all')
    await eventually(
      'the registry serves again',
      60,
      () =>
        kubectl(
          'get',
          'deployment',
          '-n',
          NAMESPACE,
          '-o',
          'jsonpath={.items[*].status.availableReplicas}',
        ) === '1',
    )
    const names = (await status()).repositories.map(({ name }) => name)
    expect(names).toEqual(['team/hello', 'team/hello/cache'])

    expect(await registry('uninstall')).toMatchObject({ code: 2 })
    expect(await registry('uninstall', '--yes')).toMatchObject({ code: 0 })
    expect(kubectl('get', 'namespace', NAMESPACE, '--ignore-not-found')).toBe('')
    expect(await registry('status')).toMatchObject({ code: 3 })
  }, 120_000)

  longTest(
    `with a password, pulled from by a proxy, and pruned after a very large pause${WHEN}`,
    async () => {
      const words = ['--ephemeral', '--credentials', '--allow-host-network', '--way', 'host-proxy']
      expect(await install(...words)).toMatchObject({ code: 0 })
      await built('hello', 'team/hello:1')
      const pullImage = await built('hello', 'team/hello:2', { 'build-args': 'VERSION=2' })
      expect(pullImage).toContain(`localhost:${Number(NODE_PORT) + 1}/`)
      expect(await printedBy(pullImage, 'by-proxy')).toContain('hello 2')
      const pruned = await registry('prune', '--keep', '1')
      expect(pruned.output).toMatch(/Forgets team\/hello:1[^]*Freed /)
      const [hello] = (await status()).repositories
      expect(hello).toMatchObject({ name: 'team/hello', tags: [{ tag: '2' }] })
      // It serves again, and has what it kept.
      await built('hello', 'team/hello:3', { 'build-args': 'VERSION=2' })
      expect(await printedBy(pullImage, 'still')).toContain('hello 2')
      expect(await registry('uninstall', '--yes')).toMatchObject({ code: 0 })
    },
    400_000,
  )
})
