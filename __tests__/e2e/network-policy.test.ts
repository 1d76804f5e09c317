import { runStep } from '../support/action.ts'
import { get, kubectl } from './support/cluster.ts'
import { EXAMPLES, inputs } from './support/inputs.ts'

test('a network policy is there with the build, as the cluster takes it, and goes with its namespace', async () => {
  const { main, outputs } = await runStep({
    workspace: EXAMPLES,
    inputs: inputs('hello', { 'network-policy': 'registries', cleanup: 'never' }),
  })
  expect(outputs).toMatchObject({ outcome: 'built' })
  expect(main.output).toContain('network-policy: nobody reaches the pod; it reaches DNS')
  const { namespace = '', job = '' } = outputs
  try {
    const policy = get('networkpolicy', '-n', namespace, job) as {
      readonly metadata: { readonly creationTimestamp: string }
      readonly spec: object
    }
    const pod = get('job', '-n', namespace, job) as typeof policy
    expect(Date.parse(policy.metadata.creationTimestamp)).toBeLessThanOrEqual(
      Date.parse(pod.metadata.creationTimestamp),
    )
    expect(policy.spec).toMatchObject({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
    // All that the API server says of itself is kept from the build.
    expect(JSON.stringify(policy.spec)).toContain(
      `${(get('service', 'kubernetes') as { readonly spec: { readonly clusterIP: string } }).spec.clusterIP}/32`,
    )
  } finally {
    kubectl('delete', 'namespace', namespace, '--wait=false')
  }
}, 120_000)
