import { containing, problemsOf, requestOf } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }

test.each([
  [undefined, { kind: 'none' }],
  ['none', { kind: 'none' }],
  ['registries', { kind: 'registries' }],
  ['{egress: []}', { kind: 'spec', spec: { egress: [] } }],
  ['podSelector: {}\ningress: []', { kind: 'spec', spec: { ingress: [] } }],
])('network-policy %j', (given, meant) => {
  const inputs = given === undefined ? TAGS : { ...TAGS, 'network-policy': given }
  expect(requestOf(inputs).networkPolicy).toEqual(meant)
})

test.each([
  ['all', 'none, registries, or'],
  ['[1]', 'none, registries, or'],
  ['egress: [', 'not YAML'],
  ['{}', 'neither ingress nor egress'],
  ['podSelector: {matchLabels: {a: b}}\negress: []', 'podSelector'],
  ['metadata: {name: x}\nspec: {}', 'not a field'],
  ['__proto__: {egress: []}', 'not a field'],
])('%j is refused', (given, words) => {
  expect(problemsOf({ ...TAGS, 'network-policy': given })).toEqual([
    expect.objectContaining({ input: 'network-policy', problem: containing(words) }),
  ])
})

test('in a given namespace it is refused, wherever that comes from', () => {
  const inputs = { ...TAGS, 'network-policy': 'registries' }
  expect(problemsOf({ ...inputs, namespace: 'builds' })).toEqual([
    { input: 'network-policy', problem: containing('in one that is given') },
  ])
  expect(problemsOf(inputs, { KUBE_NAMESPACE: 'builds' })).toHaveLength(1)
  expect(problemsOf({ ...inputs, 'network-policy': 'none', namespace: 'builds' })).toEqual([])
})

test('a template knows no cluster, but takes a policy as it is', () => {
  const inputs = { ...TAGS, mode: 'template' }
  expect(problemsOf({ ...inputs, 'network-policy': 'registries' })).toEqual([
    { input: 'network-policy', value: 'registries', problem: containing('write the policy as YAML') },
  ])
  expect(problemsOf({ ...inputs, 'network-policy': '{egress: []}' })).toEqual([])
})
