import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { dump, load } from 'js-yaml'

import { runStep } from '../support/action.ts'
import { cluster, describeInLab, eventually, kubectl, LAB_ONLY, ours, ROOT } from './support/cluster.ts'
import { EXAMPLES, inputs } from './support/inputs.ts'

const NAMESPACE = 'builds'

/** For a registry that asks for none: that they are sent is enough here. */
const CREDENTIALS = `- {registry: "${cluster.registry.split('/')[0] ?? ''}", username: nobody, password: no-password}`

/** The fields of a kubeconfig that are changed here. */
interface Kubeconfig {
  readonly clusters: readonly { readonly name: string }[]
}

/** The tests' kubeconfig, with the service account `runner` instead of its user. */
function kubeconfigOfRunner(): string {
  const token = kubectl('create', 'token', 'runner', '-n', NAMESPACE).trim()
  // A kubeconfig that works has these fields.
  const { clusters } = load(cluster.kubeconfig) as Kubeconfig
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters,
    users: [{ name: 'runner', user: { token } }],
    contexts: [{ name: 'runner', context: { cluster: clusters[0]?.name, user: 'runner' } }],
    'current-context': 'runner',
  })
}

/** The stand-in writes no files. */
const WITH_FILES = [
  ['given-namespace-outputs.yaml', NAMESPACE, 'configmap'],
  ['own-namespaces-outputs.yaml', '', 'configmap'],
] as const

/** In the lab only: the examples' roles name a namespace and cluster roles that a user's cluster may have. */
const name = `a runner with no more rights than the examples give it, with the ${cluster.executor} executor`

describeInLab(`${name}${LAB_ONLY}`, () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rights-'))
    kubectl('create', 'namespace', NAMESPACE)
    kubectl('create', 'serviceaccount', 'runner', '-n', NAMESPACE)
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
    kubectl('delete', 'namespace', NAMESPACE, '--wait=true', '--timeout=60s')
  }, 90_000)

  test('is told what is missing, and what to apply, when it has none', async () => {
    const { main, outputs } = await runStep({
      workspace: EXAMPLES,
      inputs: inputs('api', { kubeconfig: kubeconfigOfRunner(), namespace: NAMESPACE }),
    })
    expect(main.code).toBe(1)
    expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'forbidden' })
    expect(main.output).toMatch(/jobs/)
    expect(main.output).toContain('kubectl')
  }, 60_000)

  test.each<readonly [string, string, string]>([
    ['given-namespace.yaml', NAMESPACE, 'configmap'],
    ['given-namespace-streaming.yaml', NAMESPACE, 'stream'],
    ['own-namespaces.yaml', '', 'stream'],
    ...(cluster.executor === 'real' ? WITH_FILES : []),
  ])(
    'builds with %s',
    async (file, namespace, delivery) => {
      const files = file.includes('outputs') ? { outputs: `type=docker,dest=${join(folder, 'a.tar')}` } : {}
      const path = join(ROOT, 'examples/rbac', file)
      expect(readFileSync(path, 'utf8')).toContain('name: runner')
      kubectl('apply', '-f', path)
      try {
        const { main, outputs } = await runStep({
          workspace: EXAMPLES,
          inputs: inputs('api', {
            kubeconfig: kubeconfigOfRunner(),
            namespace,
            registries: CREDENTIALS,
            'context-delivery': delivery,
            ...files,
          }),
        })
        expect(main.output).toContain('Built ')
        expect(outputs).toMatchObject({ outcome: 'built' })
        await eventually('nothing of ours is left', 60, () => ours().length === 0)
      } finally {
        kubectl('delete', '-f', path)
      }
    },
    120_000,
  )

  test.each([
    ['given-namespace-streaming.yaml', NAMESPACE],
    ['own-namespaces.yaml', ''],
  ])(
    'is told with %s before anything is built that files need more',
    async (file, namespace) => {
      const path = join(ROOT, 'examples/rbac', file)
      kubectl('apply', '-f', path)
      try {
        const { main, outputs } = await runStep({
          workspace: EXAMPLES,
          inputs: inputs('api', {
            kubeconfig: kubeconfigOfRunner(),
            namespace,
            outputs: `type=docker,dest=${join(folder, 'none.tar')}`,
          }),
        })
        expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'forbidden' })
        expect(outputs).not.toHaveProperty('duration')
        expect(main.output).toContain('get pods/exec')
        expect(main.output).toContain('--verb=create,get --resource=pods/exec')
        expect(main.output).toContain(`--serviceaccount=${NAMESPACE}:runner`)
      } finally {
        kubectl('delete', '-f', path)
      }
    },
    60_000,
  )
})
