import { loadAll } from 'js-yaml'

import { runStep } from '../support/action.ts'
import {
  apply,
  cluster,
  describeInLab,
  eventually,
  inLab,
  kubectl,
  lab,
  LAB_ONLY,
  ours,
} from './support/cluster.ts'
import { EXAMPLES, inputs, STAND_IN } from './support/inputs.ts'
import { kubeconfigOf, serviceAccount } from './support/service-account.ts'
import { rightsFromNow, wronglyRefused } from './support/used-rights.ts'

/** The runners' own, which is where the chart's role is. */
const NAMESPACE = 'arc-runners'
const RUNNER = { namespace: NAMESPACE, name: 'arc-runner-set-gha-rs-kube-mode' }
const USER = `system:serviceaccount:${NAMESPACE}:${RUNNER.name}`

const rule = (group: string, resource: string, ...verbs: readonly string[]) => ({
  apiGroups: [group],
  resources: [resource],
  verbs,
})

/**
 * What actions-runner-controller gives to runners with `containerMode: kubernetes`
 * (charts/gha-runner-scale-set/templates/kube_mode_role.yaml).
 */
const KUBERNETES_MODE = [
  rule('', 'pods', 'get', 'list', 'create', 'delete'),
  rule('', 'pods/exec', 'get', 'create'),
  rule('', 'pods/log', 'get', 'list', 'watch'),
  rule('batch', 'jobs', 'get', 'list', 'create', 'delete'),
  rule('', 'secrets', 'get', 'list', 'create', 'delete'),
]

/** The same in `kubernetes-novolume`, whose job pods are no Jobs. */
const NO_VOLUME = KUBERNETES_MODE.filter(({ resources }) => !resources.includes('jobs'))

const GROUP = 'rbac.authorization.k8s.io'

function applyRole(rules: readonly object[]): void {
  const metadata = { name: RUNNER.name, namespace: NAMESPACE }
  apply(
    { apiVersion: `${GROUP}/v1`, kind: 'Role', metadata, rules },
    {
      apiVersion: `${GROUP}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: GROUP, kind: 'Role', name: RUNNER.name },
      subjects: [{ kind: 'ServiceAccount', ...RUNNER }],
    },
  )
}

/** For a registry that asks for none: that they are sent is enough here. */
const CREDENTIALS = `- {registry: "${cluster.registry.split('/')[0] ?? ''}", username: nobody, password: no-password}`

describeInLab(`a runner of ARC with the role that its chart gives it${LAB_ONLY}`, () => {
  beforeAll(() => {
    apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, serviceAccount(RUNNER))
  })
  afterAll(() => {
    kubectl('delete', 'namespace', NAMESPACE, '--wait=true', '--timeout=60s')
  }, 90_000)

  test('builds beside the runners, tells why it fails, and asks for nothing else', async () => {
    applyRole(KUBERNETES_MODE)
    // The lab's own words about itself; what is skipped is asked all the same.
    const { auditLog } = JSON.parse(inLab ? lab('status', '--json') : '{}') as { readonly auditLog: string }
    const used = rightsFromNow(auditLog, USER)
    const common = { kubeconfig: kubeconfigOf(RUNNER), namespace: NAMESPACE, registries: CREDENTIALS }
    const [built, failed] = await Promise.all([
      runStep({ workspace: EXAMPLES, inputs: inputs('api', common) }),
      runStep({
        workspace: EXAMPLES,
        inputs: inputs('api', { ...common, executor: STAND_IN.plays('run-fails') }),
      }),
    ])
    expect(built.outputs).toMatchObject({ outcome: 'built' })
    expect(built.main.output).toContain('The context goes into a Secret instead of a ConfigMap')
    expect(built.main.output).toContain('may list pods but not watch them')
    expect(failed.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'run-failed' })
    expect(wronglyRefused(used(), [])).toEqual([])
    await eventually('nothing of ours is left', 60, () => ours().length === 0)
  }, 60_000)

  test('is told of a larger context what to add', async () => {
    applyRole(KUBERNETES_MODE)
    const { main, outputs } = await runStep({
      workspace: EXAMPLES,
      inputs: inputs('api', {
        kubeconfig: kubeconfigOf(RUNNER),
        namespace: NAMESPACE,
        'context-delivery': 'stream',
      }),
    })
    expect(outputs).toMatchObject({ 'failure-code': 'attach-refused' })
    expect(main.output).toContain('resources: [pods/attach], verbs: [get, create]')
    expect(main.output).not.toContain('resources: [jobs]')
  }, 60_000)

  test('builds without volumes of theirs once the Jobs are added that it is told to add', async () => {
    applyRole(NO_VOLUME)
    const wanted = { kubeconfig: kubeconfigOf(RUNNER), namespace: NAMESPACE }
    const refused = await runStep({ workspace: EXAMPLES, inputs: inputs('api', wanted) })
    expect(refused.outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'forbidden' })
    expect(refused.outputs).not.toHaveProperty('duration')
    const [, manifest = ''] = /<<'YAML'\n(.*?)\nYAML/s.exec(refused.main.output) ?? []
    expect(manifest).not.toContain('configmaps')
    // As who runs the cluster does it.
    apply(...(loadAll(manifest) as unknown as readonly object[]))
    const built = await runStep({ workspace: EXAMPLES, inputs: inputs('api', wanted) })
    expect(built.outputs).toMatchObject({ outcome: 'built' })
  }, 60_000)
})
