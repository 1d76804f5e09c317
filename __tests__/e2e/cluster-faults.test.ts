import { runStep } from '../support/action.ts'
import type { FinishedStep } from '../support/action.ts'
import { apply, eventually, inLab, kubectl, LAB_ONLY, nothingLeftIn, ours } from './support/cluster.ts'
import { EXAMPLES, inputs } from './support/inputs.ts'
import { sideBySide } from './support/side-by-side.ts'

/** One row of docs/reliability.md, in a namespace of its own. */
interface Row {
  readonly fault: string
  readonly code: string
  /** What the log says of it. */
  readonly words: RegExp
  readonly name: string
  readonly more?: Readonly<Record<string, string>>
  /** What makes it so, once the namespace is there. */
  readonly arrange?: (namespace: string) => Promise<void> | undefined
}

const suffix = Date.now().toString(36)

const POLICY = 'admissionregistration.k8s.io/v1'

/** What a webhook would do, by the API server itself; in force some seconds after it was made. */
async function denyPods(namespace: string): Promise<void> {
  const name = `no-pods-${suffix}`
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }
  const selector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } }
  apply(
    {
      apiVersion: POLICY,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: 'false', message: 'nobody builds here' }],
      },
    },
    {
      apiVersion: POLICY,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ['Deny'],
        matchResources: { namespaceSelector: selector },
      },
    },
  )
  await eventually('the policy is in force', 30, () => isRefused(namespace))
}

function isRefused(namespace: string): boolean {
  try {
    kubectl('run', 'asks', '-n', namespace, '--image=busybox', '--dry-run=server')
    return false
  } catch {
    return true
  }
}

const ROWS: readonly Row[] = [
  {
    fault: 'admission refuses every pod',
    code: 'admission',
    words: /nobody builds here/,
    name: 'denied',
    arrange: denyPods,
  },
  {
    fault: 'CreateContainerConfigError: a Secret that is not there',
    code: 'config-missing',
    words: /not-there/,
    name: 'config',
    more: {
      'pod-template': JSON.stringify({
        spec: {
          containers: [{ name: 'kaniko', envFrom: [{ secretRef: { name: 'not-there' } }] }],
        },
      }),
    },
  },
  {
    fault: 'the namespace is being deleted',
    code: 'namespace-terminating',
    words: /being (?:deleted|terminated)/,
    name: 'ending',
    arrange(namespace) {
      // Which nobody takes away until the test is over.
      const finalizers = ['hybrid-kubernetes-build.io/test']
      const metadata = { name: 'holds', namespace, finalizers }
      apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata })
      kubectl('delete', 'namespace', namespace, '--wait=false')
      return undefined
    },
  },
]

const namespaceOf = ({ name }: Row): string => `${name}-${suffix}`

async function build(row: Row): Promise<FinishedStep> {
  const namespace = namespaceOf(row)
  apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await row.arrange?.(namespace)
  return runStep({ workspace: EXAMPLES, inputs: inputs('hello', { namespace, ...row.more }) })
}

const isLong = process.env['HYBRID_BUILD_LONG_TESTS'] === '1'
const describeLong = inLab && isLong ? describe : describe.skip
const WHY_NOT = isLong ? LAB_ONLY : ' (skipped: script/test faults)'

describeLong(`a cluster with rules and troubles of its own${WHY_NOT}`, () => {
  const builds = sideBySide(ROWS, build)

  afterAll(async () => {
    for (const kind of ['validatingadmissionpolicybinding', 'validatingadmissionpolicy']) {
      kubectl('delete', kind, `no-pods-${suffix}`, '--ignore-not-found')
    }
    const holds = `holds -n ending-${suffix}`.split(' ')
    kubectl('patch', 'configmap', ...holds, '--type=merge', '-p', '{"metadata":{"finalizers":null}}')
    for (const row of ROWS) {
      kubectl('delete', 'namespace', namespaceOf(row), '--wait=false', '--ignore-not-found')
    }
    await eventually('nothing of ours is left', 90, () => ours().length === 0)
  }, 100_000)

  test.each(ROWS.map((row) => [`${row.fault} → fails with \`${row.code}\``, row] as const))(
    '%s',
    async (_, row) => {
      const { outputs, main } = await builds.of(row)
      expect({
        code: outputs['failure-code'],
        log: outputs['failure-code'] === row.code ? '' : main.output,
      }).toEqual({ code: row.code, log: '' })
      expect(main.output).toMatch(row.words)
      await nothingLeftIn(namespaceOf(row))
    },
    120_000,
  )
})
