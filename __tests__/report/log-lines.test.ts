import { bytes, planLines } from '../../src/report/log-lines.ts'
import { archiveOf, planOf, streamedArchive } from '../plan/given.ts'
import { requestOf } from '../request/given.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_499, '1 kB'],
  [612_000, '612 kB'],
  [3_140_000, '3.1 MB'],
  [2_500_000_000, '2.5 GB'],
])('%d bytes are %s', (count, text) => {
  expect(bytes(count)).toBe(text)
})

test('the plan tells where, what, where to, and what was decided', () => {
  const request = requestOf({ tags: 'example.com/app:1', 'cache-ttl': '90m', namespace: 'ci' })
  const lines = planLines(
    request,
    { ...planOf({ tags: 'example.com/app:1', namespace: 'ci' }), notes: ['Memory was raised.'] },
    {
      kind: 'archive',
      delivery: { kind: 'configmap', bytes: new Uint8Array(1200) },
      dockerfile: 'Dockerfile',
      source: { path: 'Dockerfile', text: '' },
      missing: [],
      files: 1,
      contentBytes: 3_100_000,
      ignored: 12,
      largest: [],
    },
    {
      serverTime: new Date(0),
      kubernetesVersion: 'v1.34.4',
      server: 'api.example.com:6443',
      userNamespaces: true,
      architectures: undefined,
      nodes: undefined,
    },
  )
  const text = lines.join('\n')
  expect(text).toContain('cluster    api.example.com:6443   Kubernetes v1.34.4')
  expect(text).toContain('namespace  ci   given')
  expect(text).toContain('1 file (12 ignored), 3.1 MB, sent as 1 kB in a ConfigMap')
  expect(text).toContain('push       example.com/app:1')
  expect(text).toContain('example.com/app/cache, 5400 s')
  expect(text).toContain('note       Memory was raised.')
})

test('a large context is said to be streamed, with what most of it is', () => {
  const largest = [
    { path: 'node_modules/', bytes: 180_000_000 },
    { path: 'a\nb', bytes: 2_000_000 },
  ]
  const request = requestOf({ tags: 'example.com/app:1' })
  const archive = { ...streamedArchive(), largest }
  const facts = {
    serverTime: new Date(0),
    kubernetesVersion: undefined,
    server: 'api.example.com',
    userNamespaces: true,
    architectures: undefined,
    nodes: undefined,
  }
  const lines = planLines(
    request,
    planOf({ tags: 'example.com/app:1' }, { context: archive }),
    archive,
    facts,
  )
  const at = lines.findIndex((line) => line.includes('streamed into the pod'))
  expect(lines.slice(at + 1, at + 3)).toEqual([
    '              180.0 MB  node_modules/',
    '                2.0 MB  "a\\nb"',
  ])
})

test('a name with line ends in it makes no line of its own: it could look like a command', () => {
  const { notes } = planOf({ tags: 'example.com/app:1' })
  const request = requestOf({ tags: 'example.com/app:1', context: 'a\n::add-mask::a' })
  const facts = {
    serverTime: new Date(0),
    kubernetesVersion: undefined,
    server: 'api',
    userNamespaces: true,
    architectures: undefined,
    nodes: undefined,
  }
  const lines = planLines(
    request,
    { ...planOf({ tags: 'example.com/app:1' }), notes: [...notes, 'b\r::error::c'] },
    archiveOf(),
    facts,
  )
  for (const line of lines) expect(line).not.toMatch(/[\r\n]/)
  expect(lines.join('\n')).toContain('context    a ::add-mask::a')
})
