import fc from 'fast-check'
import type { InputName } from '../../src/request/inputs.generated.ts'
import { containing, problemsOf, requestOf } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }

test.each<InputName>(['image-pull-secrets', 'cache-volume'])('%s needs a given namespace', (input) => {
  expect(problemsOf({ ...TAGS, [input]: 'one' })).toEqual([
    { input, value: 'one', problem: containing('`namespace` is needed') },
  ])
  expect(problemsOf({ ...TAGS, [input]: 'one', namespace: 'builds' })).toEqual([])
})

test.each([
  ['128m', '128Mi'],
  ['2g', '2Gi'],
  ['64MB', '64Mi'],
  ['1048576b', '1048576'],
  ['512Mi', '512Mi'],
])('shm-size %s is %s', (given, expected) => {
  expect(requestOf({ ...TAGS, 'shm-size': given }).pod.sharedMemory).toBe(expected)
})

test.each(['0', '-1', 'x', '1zb'])('shm-size %s is refused', (given) => {
  expect(problemsOf({ ...TAGS, 'shm-size': given })).toHaveLength(1)
})

test.each([
  ['a.example:10.0.0.1', '10.0.0.1'],
  ['a.example=10.0.0.1', '10.0.0.1'],
  ['a.example:::1', '::1'],
  ['a.example:[fd00::1]', 'fd00::1'],
])('host %s is at %s', (entry, ip) => {
  expect(requestOf({ ...TAGS, 'add-hosts': entry }).pod.hostAliases).toEqual([
    { ip, hostnames: ['a.example'] },
  ])
})

test.each([
  'a',
  'a:',
  'A:10.0.0.1',
  'a:10.0.0.256',
  'a:10.0.0',
  'a:01.0.0.1',
  'a:x',
  'a b:10.0.0.1',
  'a:::1%eth0',
])('host %s is refused', (entry) => {
  expect(problemsOf({ ...TAGS, 'add-hosts': entry })).toHaveLength(1)
  expect(problemsOf({ ...TAGS, 'host-aliases': entry })).toHaveLength(1)
})

test('no text whatever becomes more than names and addresses in /etc/hosts', () => {
  const text = fc.array(
    fc.constantFrom('a', 'b.c', ':', '=', '10.0.0.1', '::1', '\n', ',', ' ', '#', '\t', '-', '[', ']'),
    {
      maxLength: 14,
    },
  )
  fc.assert(
    fc.property(text, fc.constantFrom('add-hosts' as const, 'host-aliases' as const), (parts, input) => {
      const inputs = { ...TAGS, [input]: parts.join('') }
      if (problemsOf(inputs).length > 0) return
      for (const { ip, hostnames } of requestOf(inputs).pod.hostAliases) {
        expect([ip, ...hostnames].join(' ')).toMatch(/^[0-9a-f:.]+(?: [a-z0-9.-]+)+$/)
      }
    }),
  )
})

describe('pod-proxy', () => {
  const proxy = (environment: Readonly<Record<string, string>>) =>
    requestOf({ ...TAGS, 'pod-proxy': 'inherit' }, environment).pod.proxy

  test('takes the runner’s variables of either spelling as both', () => {
    const environment = { HTTP_PROXY: 'http://p:1', https_proxy: 'http://p:2', NO_PROXY: '' }
    expect(proxy(environment)).toEqual(
      new Map([
        ['HTTP_PROXY', 'http://p:1'],
        ['http_proxy', 'http://p:1'],
        ['HTTPS_PROXY', 'http://p:2'],
        ['https_proxy', 'http://p:2'],
      ]),
    )
  })

  test('takes none unasked', () => {
    expect(requestOf(TAGS, { HTTP_PROXY: 'http://p:1' }).pod.proxy).toBeUndefined()
  })

  test.each(['http://bob:S3cret@p:1', 'bob:S3cret@p:1', '//S3cret@p'])('refuses a user in %s', (address) => {
    const problems = problemsOf({ ...TAGS, 'pod-proxy': 'inherit' }, { HTTPS_PROXY: address })
    expect(problems).toEqual([{ input: 'pod-proxy', problem: containing('$HTTPS_PROXY') }])
    expect(JSON.stringify(problems)).not.toContain('S3cret')
  })
})

describe('pod-template', () => {
  test.each([
    ['volumes: []', 'below spec'],
    ['kind: Deployment\nspec: {}', 'only a Pod'],
    ['spec: []', 'not a mapping'],
    ['- a', 'not a YAML mapping'],
    ['spec: {$patch: delete}', 'null removes'],
    ['spec: {a: &a [*a]}', 'refers to itself'],
    ['spec: {a: .inf}', 'refers to itself'],
    ['spec: {', 'line 1'],
    ['spec: {volumes: [{name: a, hostPath: {path: /}}]}', 'allow-unsafe-pod-template'],
    ['spec: {containers: [{name: other}]}', 'restartPolicy: Always'],
    ['spec: {initContainers: [{name: a, securityContext: {privileged: true}}]}', 'more rights'],
  ])('%s is refused: %s', (template, expected) => {
    expect(problemsOf({ ...TAGS, 'pod-template': template })).toContainEqual(
      expect.objectContaining({ input: 'pod-template', problem: containing(expected) }),
    )
  })

  test('shows none of its values where it is wrong', () => {
    const template = 'spec:\n  containers: [{env: [{value: S3cret}]}\n  S3cret: ]'
    expect(JSON.stringify(problemsOf({ ...TAGS, 'pod-template': template }))).not.toContain('S3cret')
  })
})

test('a platform and a node selector must not contradict each other', () => {
  const inputs = { ...TAGS, platforms: 'linux/arm64', 'node-selector': 'kubernetes.io/arch=amd64' }
  expect(problemsOf(inputs)).toEqual([
    { input: 'platforms', value: 'linux/arm64', problem: containing('kubernetes.io/arch=amd64') },
  ])
})

test.each([
  ['linux/amd64', 'linux/amd64', 'amd64'],
  ['arm64', 'linux/arm64', 'arm64'],
  ['linux/aarch64', 'linux/arm64', 'arm64'],
  ['linux/arm/v7', 'linux/arm/v7', 'arm'],
  ['Linux/x86_64', 'linux/amd64', 'amd64'],
])('platform %s is %s, on nodes with %s', (given, name, architecture) => {
  expect(requestOf({ ...TAGS, platforms: given }).platform).toEqual({ name, architecture })
})

test('zstd is not for Docker’s format', () => {
  const inputs = { ...TAGS, compression: 'zstd', 'image-format': 'docker' }
  expect(problemsOf(inputs)).toEqual([{ input: 'image-format', value: 'docker', problem: containing('oci') }])
})

test('annotations of an index are left out, and that is said', () => {
  const { annotations, notices } = requestOf({
    ...TAGS,
    annotations: 'index:a=1\nmanifest[linux/amd64]:b=2\nc:d=3'.replace('c:d', 'c'),
  })
  expect(annotations).toEqual(
    new Map([
      ['b', '2'],
      ['c', '3'],
    ]),
  )
  expect(notices).toEqual([containing('a.')])
})
