import { join } from 'node:path'

import { EXAMPLE_ROLES } from '../../script/generate/example-roles.ts'
import { registrySecret } from '../../src/plan/registry-secret.ts'
import { installationMap } from '../../src/storage/proved-ways.ts'
import { NAMES } from '../../src/storage/registry-names.ts'
import { DEFAULTS } from '../../src/storage/registry-request.ts'
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
  ROOT,
} from './support/cluster.ts'
import { EXAMPLES, inputs } from './support/inputs.ts'
import { kubeconfigOf, serviceAccount } from './support/service-account.ts'
import { neverUsed, rightsFromNow, type UsedRights, wronglyRefused } from './support/used-rights.ts'
import { wayIntoRegistry } from './support/way-into-registry.ts'

const BUILDS = 'builds'
const RUNNER = { namespace: BUILDS, name: 'runner' }
const FILES = ['given-namespace.yaml', 'in-cluster-registry.yaml', 'in-cluster-registry-credentials.yaml']
const ROLES = EXAMPLE_ROLES.filter(({ file }) => FILES.includes(file))
const { namespace: REGISTRY } = DEFAULTS

/** As an installation does. */
const READS_IT = ['--verb=get', '--resource=configmaps', `--resource-name=${NAMES.installation}`]
const EVERYBODY = [`--role=${NAMES.installation}`, '--group=system:authenticated']

/** What the runner asks the API server for from now on. */
function rightsUsed(): () => UsedRights {
  // The lab's own words about itself; what is skipped is asked all the same.
  const { auditLog } = JSON.parse(inLab ? lab('status', '--json') : '{}') as { readonly auditLog: string }
  return rightsFromNow(auditLog, `system:serviceaccount:${BUILDS}:${RUNNER.name}`)
}

/** Only Kaniko itself pushes through a Service. */
const describeWithKaniko = cluster.executor === 'real' ? describeInLab : describe.skip
const WHY =
  cluster.executor === 'real' ? LAB_ONLY : ' (skipped: the lab has no archive of Kaniko, see lab/README.md)'

describeWithKaniko(`a runner that reaches the registry through the API server alone${WHY}`, () => {
  beforeAll(() => {
    const namespaces = [BUILDS, REGISTRY].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    }))
    apply(...namespaces, serviceAccount(RUNNER))
    kubectl('create', 'role', NAMES.installation, ...READS_IT, '-n', REGISTRY)
    kubectl('create', 'rolebinding', NAMES.installation, ...EVERYBODY, '-n', REGISTRY)
    for (const file of FILES) kubectl('apply', '-f', join(ROOT, 'examples/rbac', file))
  })
  afterAll(() => {
    kubectl('delete', 'namespace', BUILDS, REGISTRY, '--wait=true', '--timeout=60s')
  }, 90_000)

  test('reads back what it has built, and gives what is there another tag, with that role', async () => {
    const used = rightsUsed()
    // Under the name that the installed one has.
    const registry = await wayIntoRegistry(REGISTRY)
    const version = Date.now().toString(36)
    const build = (tag: string) =>
      runStep({
        workspace: EXAMPLES,
        inputs: inputs('api', {
          kubeconfig: kubeconfigOf(RUNNER),
          namespace: BUILDS,
          tags: `${registry}/api:${tag}-${version}`,
          labels: `version=${version}`,
          'insecure-registries': `${cluster.registry},${registry}`,
          verify: 'true',
          'skip-if-exists': 'true',
        }),
      })
    const first = await build('first')
    expect(first.main.output).toMatch(/^Verified .*read back by digest/m)
    expect(first.outputs).toMatchObject({ outcome: 'built', skipped: 'false' })
    const second = await build('second')
    expect(second.outputs).toMatchObject({ skipped: 'true', digest: first.outputs['digest'] })
    const features = ROLES.flatMap((role) => role.features)
    expect(wronglyRefused(used(), features)).toEqual([])
    expect(neverUsed(used(), ['registry-service'], 0)).toEqual([])
    await eventually('nothing of ours is left', 60, () => ours().length === 0)
  }, 60_000)

  test('finds the registry by what it is told, and its credentials, with that role', async () => {
    const pushHost = await wayIntoRegistry(REGISTRY)
    const told = {
      service: 'registry',
      port: 5000,
      pushHost,
      pullHost: 'localhost:30500',
      way: 'localhost',
    } as const
    const auth = Buffer.from('builder:no-password').toString('base64')
    apply(
      installationMap({ ...told, namespace: REGISTRY, nodes: [], hasCredentials: true }),
      registrySecret(
        { name: NAMES.credentials, namespace: REGISTRY },
        JSON.stringify({ auths: { [pushHost]: { auth } } }),
      ),
    )
    const used = rightsUsed()
    const { main, outputs } = await runStep({
      workspace: EXAMPLES,
      inputs: inputs('api', {
        kubeconfig: kubeconfigOf(RUNNER),
        namespace: BUILDS,
        registry: 'in-cluster',
        tags: 'api:told',
      }),
    })
    expect(main.output).toContain(`Built ${pushHost}/api@sha256:`)
    expect(outputs['pull-image']).toMatch(/^localhost:30500\/api@sha256:/)
    const { allowed, refused } = used()
    expect([...allowed]).toEqual(expect.arrayContaining(['get configmaps', 'get secrets', 'create secrets']))
    expect([...refused].filter((name) => name.includes('secrets'))).toEqual([])
  }, 60_000)
})
