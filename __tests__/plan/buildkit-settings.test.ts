import { buildkitSettings } from '../../src/plan/buildkit-settings.ts'
import type { InputName } from '../../src/request/inputs.generated.ts'
import { type GivenInputs, problemsOf, requestOf } from '../request/given.ts'
import { contextMapOf, planOf, streamedArchive } from './given.ts'

const BUILDKIT = { tags: 'ghcr.io/acme/app:1', builder: 'buildkit', 'allow-privileged': 'true' }
const settings = (inputs: GivenInputs, certificates: readonly (readonly [string, string])[] = []) =>
  buildkitSettings(requestOf({ ...BUILDKIT, ...inputs }), new Map(certificates))

test.each<[string, GivenInputs, readonly (readonly [string, string])[], string]>([
  ['nothing', {}, [], ''],
  [
    'mirrors of Docker Hub',
    { 'registry-mirror': 'a.example,b:5000/hub' },
    [],
    '[registry."docker.io"]\n  mirrors = ["a.example", "b:5000/hub"]\n',
  ],
  [
    'registries in the place of others, with the mirrors in one section',
    {
      'registry-mirror': 'a.example',
      'registry-map': 'index.docker.io=h.example/hub\nquay.io=h.example:5000',
    },
    [],
    '[registry."docker.io"]\n  mirrors = ["a.example", "h.example/hub"]\n\n[registry."quay.io"]\n  mirrors = ["h.example:5000"]\n',
  ],
  ['plain HTTP', { 'insecure-registries': 'a:1' }, [], '[registry."a:1"]\n  http = true\n'],
  [
    'certificates that nobody checks',
    { 'skip-tls-verify-registries': 'a:1' },
    [],
    '[registry."a:1"]\n  insecure = true\n',
  ],
  [
    'an authority',
    {},
    [['a:1', '/buildkit/certificates/authority-1.pem']],
    '[registry."a:1"]\n  ca = ["/buildkit/certificates/authority-1.pem"]\n',
  ],
  [
    'all of one registry in one section',
    {
      'registry-map': 'a:1=b:2',
      'insecure-registries': 'a:1,b:2',
      'skip-tls-verify-registries': 'a:1',
    },
    [['a:1', '/c.pem']],
    '[registry."a:1"]\n  mirrors = ["b:2"]\n  http = true\n  insecure = true\n  ca = ["/c.pem"]\n\n[registry."b:2"]\n  http = true\n',
  ],
])('the daemon is told of %s', (_, inputs, certificates, expected) => {
  expect(settings(inputs, certificates)).toBe(expected)
})

/** What is written into the file is a host, a port and a path: the request takes nothing else. */
describe('no other section gets into the file', () => {
  const inputs = [
    'registry-mirror',
    'insecure-registries',
    'skip-tls-verify-registries',
  ] as const satisfies readonly InputName[]
  const wrong = [
    'a"]',
    'a"]\n[worker.oci]\n  gc = true',
    '[worker.oci]',
    'a\\',
    "a'",
    'a b',
    'a=b',
    'a#b',
    'http://a',
    'a/B"',
  ]
  test.each(inputs.flatMap((input) => wrong.map((value) => [input, value] as const)))(
    '%s: %j is refused by the request',
    (input, value) => {
      const problems = problemsOf({ ...BUILDKIT, [input]: value })
      expect(problems).toContainEqual(expect.objectContaining({ input }))
      expect(problems.filter((problem) => problem.input !== input)).toEqual([])
    },
  )

  // Left of `=` an address is read for its host.
  test.each(wrong.filter((value) => !/[\n=]|^http/.test(value)))(
    'registry-map: %j is refused by the request, on either side',
    (value) => {
      for (const map of [`${value}=b`, `b=${value}`])
        expect(problemsOf({ ...BUILDKIT, 'registry-map': map })).toEqual([
          expect.objectContaining({ input: 'registry-map' }),
        ])
    },
  )

  test('a line in registry-map that is none is refused as well', () => {
    expect(problemsOf({ ...BUILDKIT, 'registry-map': 'b=a\n[worker.oci]\ngc=true' })).toEqual([
      expect.objectContaining({ input: 'registry-map' }),
    ])
  })
})

test('what would get by the request is still one text of the file', () => {
  const request = { ...requestOf(BUILDKIT), registryMirrors: ['a"]', 'b\\\n[worker]'] }
  expect(buildkitSettings(request, new Map())).toBe(
    '[registry."docker.io"]\n  mirrors = ["a\\"]", "b\\\\\\n[worker]"]\n',
  )
})

test('the file is in the ConfigMap, beside the context and the authorities', () => {
  const inputs = { ...BUILDKIT, 'registry-mirror': 'a.example' }
  const certificates = new Map([['h:1', 'PEM']])
  const map = contextMapOf(planOf(inputs, { certificates }))
  expect(map).toMatchObject({
    immutable: true,
    data: {
      'authority-1.pem': 'PEM',
      'buildkitd.toml':
        '[registry."docker.io"]\n  mirrors = ["a.example"]\n\n[registry."h:1"]\n  ca = ["/buildkit/certificates/authority-1.pem"]\n',
    },
  })
  expect(Object.keys(map['binaryData'] ?? {})).toEqual(['context.tar.gz'])
})

test('the file is there without any settings, and without a context', () => {
  const map = contextMapOf(planOf(BUILDKIT, { context: streamedArchive() }))
  expect(map['data']).toEqual({ 'buildkitd.toml': '' })
  expect(map).not.toHaveProperty('binaryData')
})

test('Kaniko’s ConfigMap has no such file', () => {
  const map = contextMapOf(planOf({ tags: 'ghcr.io/acme/app:1', 'registry-mirror': 'a.example' }))
  expect(map).not.toHaveProperty('data')
})
