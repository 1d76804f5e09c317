import fc from 'fast-check'

import type { KubernetesObject } from '../../src/kubernetes/objects.ts'
import type { ServerAddress } from '../../src/plan/network-policy.ts'
import { containing, type GivenInputs, requestOf } from '../request/given.ts'
import { planOf } from './given.ts'
import { mayReach } from './policy-evaluator.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }
const SERVER: readonly ServerAddress[] = [
  { address: '10.96.0.1', port: 443 },
  { address: '192.0.2.10', port: 6443 },
  { address: 'fd00::1', port: 6443 },
]

function policyOf(inputs: GivenInputs, serverAddresses = SERVER): KubernetesObject {
  const plan = planOf({ 'network-policy': 'registries', ...TAGS, ...inputs }, { serverAddresses })
  const [policy] = plan.surroundings.filter(({ kind }) => kind === 'NetworkPolicy')
  if (policy === undefined) throw new Error('a NetworkPolicy was expected')
  return policy
}

test('there is none unless it is asked for, and then it is there before the Job, marked as ours', () => {
  expect(planOf(TAGS).surroundings.map(({ kind }) => kind)).toEqual(['Namespace', 'ServiceAccount'])
  const plan = planOf({ ...TAGS, 'network-policy': 'registries' }, { serverAddresses: SERVER })
  expect(plan.surroundings.map(({ kind }) => kind)).toEqual(['Namespace', 'ServiceAccount', 'NetworkPolicy'])
  expect(plan.surroundings[2]?.metadata).toEqual({
    name: plan.job.metadata.name,
    namespace: plan.namespace,
    labels: plan.job.metadata.labels,
    annotations: plan.job.metadata.annotations,
  })
})

test('nobody reaches the pod, whatever it is', () => {
  expect(policyOf({})['spec']).toMatchObject({
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [],
  })
})

const ADDRESS = fc.oneof(fc.ipV4(), fc.ipV6())
const PORT = fc.integer({ min: 1, max: 65_535 })

/** Registries at any ports, those of the API server among them. */
const HOSTS = fc.array(fc.record({ name: fc.constantFrom('a.example', 'b.svc', 'c'), port: PORT }), {
  maxLength: 4,
})
const listed = (hosts: readonly { readonly name: string; readonly port: number }[]): GivenInputs =>
  hosts.length === 0 ? {} : { 'registry-mirror': hosts.map(({ name, port }) => `${name}:${port}`).join(',') }

test('the API server is never reached, at any of its addresses', () => {
  fc.assert(
    fc.property(
      HOSTS,
      fc.array(fc.record({ address: ADDRESS, port: fc.oneof(PORT, fc.constantFrom(443, 6443)) })),
      (hosts, server) => {
        const ofServer = server.filter(({ port }) => port !== 53 && port !== 5353)
        const alsoRegistries = ofServer.map(({ port }) => ({ name: 'registry.example', port }))
        const policy = policyOf(listed([...hosts, ...alsoRegistries]), ofServer)
        for (const one of ofServer) expect(mayReach(policy, one)).toBe(false)
        for (const { address } of ofServer) expect(mayReach(policy, { address, port: 443 })).toBe(false)
      },
    ),
    { numRuns: 40 },
  )
})

test.each([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '168.63.129.16',
  '100.100.100.200',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
])('the metadata service at %s is never reached, at any port', (address) => {
  fc.assert(
    fc.property(HOSTS, fc.oneof(PORT, fc.constantFrom(53, 80, 443, 5353)), (hosts, port) => {
      const policy = policyOf(
        listed([...hosts, { name: 'registry.example', port: 80 }, { name: 'x.svc', port }]),
      )
      for (const protocol of ['TCP', 'UDP'] as const)
        expect(mayReach(policy, { address, port, protocol })).toBe(false)
    }),
    { numRuns: 40 },
  )
})

test.each([
  ['a Service’s address', { address: '10.96.0.10', port: 53 }],
  ['a pod', { address: '10.244.0.3', port: 53, isPod: true }],
  ['a pod of OpenShift’s', { address: '10.128.0.3', port: 5353, isPod: true }],
  ['a node’s own cache', { address: '169.254.20.10', port: 53 }],
])('DNS is reached by %s', (_, destination) => {
  for (const protocol of ['TCP', 'UDP'] as const)
    expect(mayReach(policyOf({}), { ...destination, protocol })).toBe(true)
})

const ANYWHERE = '203.0.113.7'

test.each<[string, GivenInputs, readonly number[]]>([
  ['nothing but TLS', {}, [443]],
  ['a registry at a port', { tags: 'registry.example:5000/app:1' }, [443, 5000]],
  [
    'a registry that speaks plain HTTP',
    { tags: 'registry.example/app:1', 'insecure-registries': 'registry.example' },
    [80, 443],
  ],
  ['a mirror', { 'registry-mirror': 'mirror.example:8443/hub' }, [443, 8443]],
  ['a cache', { 'cache-repository': 'cache.example:5001/app' }, [443, 5001]],
  ['a registry map', { 'registry-map': 'quay.io=harbor.example:8443/quay' }, [443, 8443]],
  [
    'credentials for a registry',
    { registries: '- {registry: "r.example:7000", username: a, password: b}' },
    [443, 7000],
  ],
])('registries are reached, and no other port: %s', (_, inputs, ports) => {
  const policy = policyOf(inputs)
  const reached = [53, 80, 443, 5000, 5001, 6443, 7000, 8443, 9418].filter((port) =>
    mayReach(policy, { address: ANYWHERE, port }),
  )
  expect(reached.filter((port) => port !== 53)).toEqual(ports)
})

test('proxies, git servers and archives are reached at their ports', () => {
  const proxies = { HTTP_PROXY: 'http://proxy.example:3128', HTTPS_PROXY: 'proxy.example', NO_PROXY: 'x:1' }
  const reads = (inputs: GivenInputs, environment = {}): readonly string[] => {
    const context = { kind: 'fetched' as const, dockerfile: 'Dockerfile', source: undefined }
    const request = requestOf({ ...TAGS, 'network-policy': 'registries', ...inputs }, environment)
    const { notes } = planOf(TAGS, { request, context, serverAddresses: SERVER })
    return notes.filter((note) => note.startsWith('network-policy'))
  }
  expect(reads({ 'pod-proxy': 'inherit' }, proxies)).toEqual([containing('TCP 80, 443, 3128 but')])
  expect(reads({ context: 'https://git.example:8443/a/b.git' })).toEqual([containing('TCP 443, 8443 but')])
  expect(reads({ context: 'http://git.example/a/b.git' })).toEqual([containing('TCP 80, 443 but')])
  expect(reads({ context: 'https://files.example:9000/a.tar.gz' })).toEqual([containing('TCP 443, 9000 but')])
})

test('a registry beside the API server is reached at another port', () => {
  const policy = policyOf({ tags: '192.0.2.10:5000/app:1' })
  expect(mayReach(policy, { address: '192.0.2.10', port: 5000 })).toBe(true)
  expect(mayReach(policy, { address: '192.0.2.10', port: 6443 })).toBe(false)
  expect(mayReach(policy, { address: '192.0.2.10', port: 443 })).toBe(false)
})

test('pods are reached, but for DNS, only where a registry has a name of the cluster', () => {
  const pod = { address: 'fd00:10::5', port: 5000, isPod: true }
  const onlyAsPod = (inputs: GivenInputs): boolean =>
    JSON.stringify(policyOf(inputs)['spec']).split('namespaceSelector').length > 2
  expect(mayReach(policyOf({ tags: 'registry.build.svc:5000/app:1' }), pod)).toBe(true)
  expect(onlyAsPod({ tags: 'registry.build.svc:5000/app:1' })).toBe(true)
  expect(onlyAsPod({ tags: 'registry.example:5000/app:1' })).toBe(false)
})

test('the log says what is reached, what is not, and what it depends on', () => {
  const { notes } = planOf({ ...TAGS, 'network-policy': 'registries' }, { serverAddresses: SERVER })
  expect(notes).toEqual([
    'network-policy: nobody reaches the pod; it reaches DNS, and any address by TCP 443 but for metadata services and the API server (10.96.0.1, 192.0.2.10, fd00::1). It counts where the cluster’s network plugin enforces policies.',
  ])
  const unknown = planOf({ ...TAGS, 'network-policy': 'registries' })
  expect(unknown.notes).toEqual([containing('the API server’s addresses are not known')])
})

test('a policy of the user’s is taken as it is, for all pods of the namespace', () => {
  const yaml = 'podSelector: {}\npolicyTypes: [Egress]\negress:\n- ports: [{port: 443}]'
  expect(policyOf({ 'network-policy': yaml })['spec']).toEqual({
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [{ ports: [{ port: 443 }] }],
  })
})
