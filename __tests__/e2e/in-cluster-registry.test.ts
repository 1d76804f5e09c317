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
  registry('install', '--node-port', NODE_PORT, '--storage', '1Gi', '--storage-class', CLASS, ...more)

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
    const installed = await install()
    expect(installed).toMatchObject({ code: 0 })
    expect(installed.output).toContain(`localhost:${NODE_PORT}`)
    // Of the proof nothing is left.
    expect(get('pods', '-n', NAMESPACE)).toMatchObject({
      items: [{ metadata: { labels: { 'app.kubernetes.io/component': 'registry' } } }],
    })
    expect(await status()).toMatchObject({ ready: true, repositories: [], nodes: { unproved: [] } })

    const { main, outputs } = await runStep({
      workspace: EXAMPLES,
      inputs: inputs('hello', { registry: `in-cluster/${NAMESPACE}`, tags: 'team/hello:1' }),
    })
    if (outputs['outcome'] !== 'built') throw new Error(main.output)
    const pullImage = `localhost:${NODE_PORT}/team/hello@${outputs['digest'] ?? ''}`
    expect(outputs['pull-image']).toBe(pullImage)
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
})
