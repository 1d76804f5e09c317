import { besidePlan, podSpecOf } from '../../src/plan/beside-plan.ts'
import { severalNodes } from '../../src/plan/load-nodes.ts'
import { loadedNames, loadPlan } from '../../src/plan/load-plan.ts'
import { smallPlan } from '../support/build-fixture.ts'

const DIGEST = `sha256:${'a1'.repeat(32)}`
const NODE = {
  node: 'node-1',
  podUid: 'b1946ac9-2492-4d23-8fef-000000000000',
  digest: DIGEST,
  tags: [
    { registry: 'docker.io', repository: 'library/app', tag: '1' },
    { registry: 'docker.io', repository: 'library/app', tag: 'latest' },
  ],
}

describe('the pod that loads an image', () => {
  const plan = loadPlan(smallPlan('given'), NODE, 'q1w2e')
  const spec = podSpecOf(plan.job)
  const text = JSON.stringify(plan.job)

  test('is on the node that has built, and is another Job than the build’s', () => {
    expect(spec['nodeName']).toBe('node-1')
    expect(plan.job.metadata.name).toBe('app-load-q1w2e')
    expect(plan.job.metadata.labels?.['hybrid-kubernetes-build.io/build']).toBe('q1w2e')
    expect(plan.identity.ownerToken).toBe(smallPlan('given').identity.ownerToken)
  })

  test('writes nothing to the node and may do no more than read, and chroot', () => {
    expect(text).toContain('"mountPath":"/node","readOnly":true')
    expect(text).toContain('"capabilities":{"drop":["ALL"],"add":["DAC_READ_SEARCH","SYS_CHROOT"]}')
    expect(text).not.toContain('privileged')
  })

  test('names it by its tags and its digest', () => {
    expect(loadedNames(NODE)).toEqual([
      'docker.io/library/app:1',
      `docker.io/library/app@${DIGEST}`,
      'docker.io/library/app:latest',
    ])
  })

  test('reads the one volume of that pod', () => {
    expect(text).toContain(`pods/${NODE.podUid}/volumes/kubernetes.io~empty-dir/image-files/oci`)
  })
})

test('a Job beside a build whose name is as long as names can be has a name that is none too long', () => {
  const plan = smallPlan('given')
  const name = `${'a'.repeat(55)}-x7k2p`
  const job = { ...plan.job, metadata: { ...plan.job.metadata, name } }
  const beside = besidePlan(
    { ...plan, job },
    { part: 'there', random: 'q1w2e', seconds: 1, container: { name: 'c' }, pod: {} },
  )
  expect(beside.job.metadata.name).toMatch(/^a{51}-there-q1w2e$/)
})

describe('an image that one node loads', () => {
  const node = (name: string, labels: Readonly<Record<string, string>> = {}) => ({
    name,
    labels: { 'kubernetes.io/hostname': name, ...labels },
    taints: [],
    allocatable: {},
  })
  const facts = (...names: readonly string[]) => ({
    nodes: [...names, 'cordoned'].map((name) => node(name)),
    architectures: new Map(names.map((name) => [name, 'amd64'])),
  })
  const none = { nodeSelector: new Map<string, string>() }

  test.each([
    ['there is one', facts('a'), none],
    ['one is named', facts('a', 'b'), { nodeSelector: new Map([['kubernetes.io/hostname', 'b']]) }],
    ['nobody may look', { nodes: undefined, architectures: undefined }, none],
  ])('is found where %s', (_, given, request) => {
    expect(severalNodes(request, given)).toBeUndefined()
  })

  test('is not found on others', () => {
    expect(severalNodes(none, facts('a', 'b', 'c', 'd'))).toContain('4 could (a, b, c and 1 more)')
  })
})
