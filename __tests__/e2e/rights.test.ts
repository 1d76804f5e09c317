import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { EXAMPLE_ROLES, type ExampleRole } from '../../script/generate/example-roles.ts'
import { runStep, step } from '../support/action.ts'
import { type Ended, start } from '../support/process.ts'
import {
  apply,
  cluster,
  describeInLab,
  eventually,
  get,
  inLab,
  kubectl,
  lab,
  LAB_ONLY,
  ours,
  ROOT,
} from './support/cluster.ts'
import { EXAMPLES, inputs, STAND_IN } from './support/inputs.ts'
import { type Account, kubeconfigOf, serviceAccount } from './support/service-account.ts'
import { neverUsed, rightsFromNow, wronglyRefused } from './support/used-rights.ts'

const NAMESPACE = 'builds'
const RUNNER = { namespace: NAMESPACE, name: 'runner' }

/** For a registry that asks for none: that they are sent is enough here. */
const CREDENTIALS = `- {registry: "${cluster.registry.split('/')[0] ?? ''}", username: nobody, password: no-password}`

/** Fields of `npm run lab -- status --json` that are used here. */
interface Status {
  readonly auditLog: string
  readonly kubernetesVersion: string
}

/**
 * The post phase of a build whose main phase was killed while it ran. It alone deletes a Job in a
 * namespace that goes, and looks whose that namespace is: it has only the ledger's word for it.
 */
async function killed(some: Readonly<Record<string, string>>): Promise<Ended> {
  const one = step({ workspace: EXAMPLES, inputs: inputs('api', some) })
  try {
    const main = one.main()
    await main.printed('Running ')
    main.child.kill('SIGKILL')
    await main.ended
    return await one.post().ended
  } finally {
    one.dispose()
  }
}

/** Whoever a role is for; the examples name service accounts only. */
function accountOf({ file, subject }: ExampleRole): Account {
  if (subject.kind === 'ServiceAccount') return { namespace: subject.namespace, name: subject.name }
  throw new Error(`the subject of ${file} is no service account`)
}

const isJanitor = ({ features }: ExampleRole): boolean =>
  features.includes('clean') || features.includes('clean-namespaces')

/** The stand-in writes no files and isolates nothing. */
const NEEDS_KANIKO = ['outputs', 'isolation']
const isHere = ({ file }: ExampleRole): boolean =>
  cluster.executor === 'real' || !NEEDS_KANIKO.some((word) => file.includes(word))

const byFile = (roles: readonly ExampleRole[]) => roles.map((role) => [role.file, role] as const)

/** In the lab only: the examples' roles name a namespace and cluster roles that a user's cluster may have. */
const name = `a runner with no more rights than the examples give it, with the ${cluster.executor} executor`

describeInLab(`${name}${LAB_ONLY}`, () => {
  let folder = ''
  const accounts = EXAMPLE_ROLES.map(accountOf)
  const namespaces = [...new Set(accounts.map(({ namespace }) => namespace))]
  // The lab's own words about itself; what is skipped is asked all the same.
  const status = inLab ? (JSON.parse(lab('status', '--json')) as Status) : undefined
  const minor = Number(/^v1\.(\d+)/.exec(status?.kubernetesVersion ?? '')?.[1] ?? '0')

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rights-of-'))
    const namespaced = namespaces.map((each) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: each },
    }))
    apply(...namespaced, ...accounts.map((metadata) => serviceAccount(metadata)))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
    kubectl('delete', 'namespace', ...namespaces, '--wait=true', '--timeout=60s')
  }, 90_000)

  /** Runs `scenario` with the role, and holds what was asked for against what the role gives. */
  async function withRole(role: ExampleRole, scenario: (kubeconfig: string) => Promise<void>): Promise<void> {
    const path = join(ROOT, 'examples/rbac', role.file)
    const account = accountOf(role)
    const used = rightsFromNow(
      status?.auditLog ?? '',
      `system:serviceaccount:${account.namespace}:${account.name}`,
    )
    kubectl('apply', '-f', path)
    try {
      await scenario(kubeconfigOf(account))
      expect(wronglyRefused(used(), role.features)).toEqual([])
      expect(neverUsed(used(), role.features, minor)).toEqual([])
    } finally {
      kubectl('delete', '-f', path)
    }
  }

  test.each([
    [NAMESPACE, ['create jobs.batch', 'delete jobs.batch', 'list pods', 'get pods/log', 'create configmaps']],
    ['', ['create namespaces', 'get namespaces', 'delete namespaces', 'create jobs.batch']],
  ])(
    'is told all that is missing at once, and what to apply, when it has none: namespace "%s"',
    async (namespace, rights) => {
      const { main, outputs } = await runStep({
        workspace: EXAMPLES,
        inputs: inputs('api', { kubeconfig: kubeconfigOf(RUNNER), namespace }),
      })
      expect(main.code).toBe(1)
      expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'forbidden' })
      for (const right of rights) expect(main.output).toMatch(new RegExp(`${right} +for `))
      expect(main.output).toContain(`"system:serviceaccount:${NAMESPACE}:runner"`)
      expect(main.output).toContain('kubectl apply -f -')
      expect(main.output.includes('namespace: NAME')).toBe(namespace === '')
    },
    60_000,
  )

  test.each(byFile(EXAMPLE_ROLES.filter((role) => role.features.includes('build') && isHere(role))))(
    'builds with %s, tells why it fails, and uses every verb of it',
    async (_, role) => {
      const { file, features } = role
      const isOwn = features.includes('own-namespaces')
      await withRole(role, async (kubeconfig) => {
        const common = { kubeconfig, namespace: isOwn ? '' : NAMESPACE, registries: CREDENTIALS }
        const [built, failed, post] = await Promise.all([
          runStep({
            workspace: EXAMPLES,
            inputs: inputs('api', {
              ...common,
              'context-delivery': features.includes('streaming') ? 'stream' : 'configmap',
              ...(isOwn ? { 'network-policy': 'registries' } : {}),
              ...(file.includes('isolation') ? { 'isolate-credentials': 'true' } : {}),
              ...(features.includes('outputs')
                ? { outputs: `type=docker,dest=${join(folder, file)}.tar` }
                : {}),
            }),
          }),
          runStep({
            workspace: EXAMPLES,
            inputs: inputs('api', {
              ...common,
              executor: STAND_IN.plays('run-fails'),
              'context-delivery': 'configmap',
            }),
          }),
          killed({ ...common, executor: STAND_IN.hangs }),
        ])
        expect(built.main.output).toContain('Built ')
        expect(built.main.output).not.toContain('Done without')
        expect(built.outputs).toMatchObject({ outcome: 'built' })
        expect(failed.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'run-failed' })
        expect(post).toMatchObject({ code: 0 })
        expect(post.output).not.toContain('could not be removed')
        await eventually('nothing of ours is left', 60, () => ours().length === 0)
      })
    },
    120_000,
  )

  test.each(byFile(EXAMPLE_ROLES.filter(isJanitor)))(
    'cleans with %s what has expired, and nothing else',
    async (_, role) => {
      const isOwn = role.features.includes('clean-namespaces')
      const objects = ['2020-01-01T00:00:00Z', '2100-01-01T00:00:00Z'].map((expiry, at) =>
        isOwn ? namespaceUntil(expiry, at) : jobUntil(expiry, at),
      )
      apply(...objects)
      const listed = () =>
        // kubectl's own form of a list.
        (
          get(isOwn ? 'namespaces' : `jobs`, '-n', NAMESPACE, '-l', 'rights-test=true') as {
            readonly items: readonly {
              readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
            }[]
          }
        ).items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      try {
        await withRole(role, async (kubeconfig) => {
          const words = ['clean', '--kubeconfig', kubeconfig, ...(isOwn ? [] : ['--namespace', NAMESPACE])]
          const { code } = await start([process.execPath, join(ROOT, 'dist/cli.js'), ...words], {
            cwd: folder,
            env: {},
          }).ended
          expect(code).toBe(0)
          expect(listed().map(({ metadata }) => metadata.name)).toEqual(['rights-test-1'])
        })
      } finally {
        kubectl('delete', isOwn ? 'namespaces' : 'jobs', '-n', NAMESPACE, '-l', 'rights-test=true')
      }
    },
    60_000,
  )

  test.each(['given-namespace-streaming.yaml', 'own-namespaces.yaml'])(
    'is told with %s before anything is built that files need more',
    async (file) => {
      const path = join(ROOT, 'examples/rbac', file)
      kubectl('apply', '-f', path)
      try {
        const { main, outputs } = await runStep({
          workspace: EXAMPLES,
          inputs: inputs('api', {
            kubeconfig: kubeconfigOf(RUNNER),
            namespace: file.startsWith('own') ? '' : NAMESPACE,
            outputs: `type=docker,dest=${join(folder, 'none.tar')}`,
          }),
        })
        expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'forbidden' })
        expect(outputs).not.toHaveProperty('duration')
        expect(main.output).toContain('get pods/exec')
        expect(main.output).toContain('resources: [pods/exec]')
      } finally {
        kubectl('delete', '-f', path)
      }
    },
    60_000,
  )
})

/** What a build has left, or would have; its end is `expiry`. */
const leftUntil = (expiry: string, at: number) => ({
  name: `rights-test-${at}`,
  labels: { 'app.kubernetes.io/managed-by': 'hybrid-kubernetes-build', 'rights-test': 'true' },
  annotations: { 'hybrid-kubernetes-build.io/expires-at': expiry },
})

const namespaceUntil = (expiry: string, at: number) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: leftUntil(expiry, at),
})

/** Suspended: it has no pod. */
const jobUntil = (expiry: string, at: number) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { ...leftUntil(expiry, at), namespace: NAMESPACE },
  spec: {
    suspend: true,
    template: {
      spec: { restartPolicy: 'Never', containers: [{ name: 'none', image: 'none.invalid/none' }] },
    },
  },
})
