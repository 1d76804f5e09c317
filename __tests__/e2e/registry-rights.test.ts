import { join } from 'node:path'

import { EXAMPLE_ROLES } from '../../script/generate/example-roles.ts'
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
import { neverUsed, rightsFromNow, wronglyRefused } from './support/used-rights.ts'
import { wayIntoRegistry } from './support/way-into-registry.ts'

const BUILDS = 'builds'
const RUNNER = { namespace: BUILDS, name: 'runner' }
const FILES = ['given-namespace.yaml', 'in-cluster-registry.yaml']
const ROLES = EXAMPLE_ROLES.filter(({ file }) => FILES.includes(file))
const [, { namespace: REGISTRY = '' } = {}] = ROLES

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
    for (const file of FILES) kubectl('apply', '-f', join(ROOT, 'examples/rbac', file))
  })
  afterAll(() => {
    kubectl('delete', 'namespace', BUILDS, REGISTRY, '--wait=true', '--timeout=60s')
  }, 90_000)

  test('reads back what it has built, and gives what is there another tag, with that role', async () => {
    // The lab's own words about itself; what is skipped is asked all the same.
    const { auditLog } = JSON.parse(inLab ? lab('status', '--json') : '{}') as { readonly auditLog: string }
    const used = rightsFromNow(auditLog, `system:serviceaccount:${BUILDS}:${RUNNER.name}`)
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
})
