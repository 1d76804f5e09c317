import { INPUT_DEFAULTS, type InputName } from '../../src/request/inputs.generated.ts'
import { isRootless, rootlessImage } from '../../src/request/buildkit-image.ts'
import { containing, type GivenInputs, problemsOf, requestOf } from './given.ts'

const BUILDKIT = { tags: 'ghcr.io/acme/app:1', builder: 'buildkit', 'allow-privileged': 'true' }
const DIGEST = `sha256:${'a'.repeat(64)}`
const executor = (inputs: GivenInputs, environment = {}) =>
  requestOf({ ...BUILDKIT, ...inputs }, environment).executor

test.each(['', 'false'])('a privileged pod must be allowed: %j is not enough', (allowed) => {
  expect(problemsOf({ ...BUILDKIT, 'allow-privileged': allowed })).toEqual([
    { input: 'allow-privileged', problem: containing('must be true for builder: buildkit') },
  ])
})

test('Kaniko needs no such leave, and what is given changes nothing', () => {
  const tags = { tags: 'ghcr.io/acme/app:1' }
  expect(requestOf({ ...tags, 'allow-privileged': 'true' })).toEqual({
    ...requestOf(tags),
    allowPrivileged: true,
  })
})

describe('the image that builds', () => {
  test.each<[string, GivenInputs, Record<string, string>, string]>([
    ['is BuildKit’s', {}, {}, 'docker.io/moby/buildkit:v0.34.2'],
    ['is not Kaniko’s of the environment', {}, { KANIKO_IMAGE: 'k:1' }, 'docker.io/moby/buildkit:v0.34.2'],
    ['is that of the environment', {}, { BUILDKIT_IMAGE: 'h.example/b:1' }, 'h.example/b:1'],
    ['is the given one', { executor: 'h.example/b:2' }, { BUILDKIT_IMAGE: 'h.example/b:1' }, 'h.example/b:2'],
    ['keeps its digest', { executor: `h.example/b@${DIGEST}` }, {}, `h.example/b@${DIGEST}`],
    [
      'is the rootless one without user namespaces',
      { 'user-namespace': 'false' },
      {},
      'docker.io/moby/buildkit:v0.34.2-rootless',
    ],
    [
      'is the rootless one beside a given one',
      { 'user-namespace': 'false', executor: 'h.example:5000/b:2' },
      {},
      'h.example:5000/b:2-rootless',
    ],
    [
      'is as it is where it is rootless already',
      { 'user-namespace': 'false', executor: `h.example/b:2-rootless@${DIGEST}` },
      {},
      `h.example/b:2-rootless@${DIGEST}`,
    ],
  ])('%s', (_, inputs, environment, expected) => {
    expect(executor(inputs, environment)).toBe(expected)
  })

  test.each([`h.example/b@${DIGEST}`, `h.example/b:1@${DIGEST}`, 'h.example:5000/b'])(
    'cannot be told to be rootless: %s',
    (image) => {
      expect(problemsOf({ ...BUILDKIT, 'user-namespace': 'false', executor: image })).toEqual([
        { input: 'executor', value: image, problem: containing('name its rootless image') },
      ])
    },
  )

  test('is refused once where it is none', () => {
    expect(problemsOf({ ...BUILDKIT, 'user-namespace': 'false', executor: 'A B' })).toEqual([
      expect.objectContaining({ input: 'executor' }),
    ])
  })

  test('is refused where it is rootless and a user namespace is insisted on', () => {
    expect(problemsOf({ ...BUILDKIT, 'user-namespace': 'true', executor: 'h.example/b:1-rootless' })).toEqual(
      [
        {
          input: 'executor',
          value: 'h.example/b:1-rootless',
          problem: containing('leave user-namespace: true out'),
        },
      ],
    )
  })

  test.each([
    ['h.example:5000/b:2', 'h.example:5000/b:2-rootless'],
    ['moby/buildkit:latest', 'moby/buildkit:rootless'],
    ['h.example:5000/rootless/b:2', 'h.example:5000/rootless/b:2-rootless'],
    ['b:2-rootless', 'b:2-rootless'],
    [`h.example/b-rootless@${DIGEST}`, `h.example/b-rootless@${DIGEST}`],
    ['h.example:5000/b', undefined],
    [`h.example/b:1@${DIGEST}`, undefined],
    ['A B', undefined],
  ])('beside %s is %s', (image, rootless) => {
    expect(rootlessImage(image)).toBe(rootless)
  })

  test('is rootless by its tag, or its name without one, and not by its place', () => {
    expect([`h/x-rootless@${DIGEST}`, 'h.example/buildkit-rootless'].map(isRootless)).toEqual([true, true])
    const others = ['rootless.example/b:1', 'a/rootless/b', `rootless/b:1@${DIGEST}`, 'x-rootless:v1']
    expect(others.map(isRootless)).toEqual([false, false, false, false])
  })

  test('is rootless by its name', () => {
    expect(['moby/buildkit:rootless', 'moby/buildkit:v1-rootless'].map(isRootless)).toEqual([true, true])
    expect(isRootless('moby/buildkit:v1')).toBe(false)
  })
})

describe('what is for Kaniko alone', () => {
  test.each<[InputName, string, string]>([
    ['kaniko-args', '--force', 'leave it out with builder: buildkit'],
    ['cache-volume', 'bases', 'registry-mirror'],
    ['context', 's3://bucket/a.tar.gz', 'signed https:// address'],
    ['context', 'gs://bucket/a.tar.gz', 'signed https:// address'],
  ])('%s: %s is refused', (input, value, problem) => {
    expect(problemsOf({ ...BUILDKIT, namespace: 'ci', [input]: value })).toEqual([
      expect.objectContaining({ input, problem: containing(problem) }),
    ])
  })

  test('is refused without what signs an address', () => {
    const problems = problemsOf({ ...BUILDKIT, context: 's3://bucket/a.tar.gz?X-Amz-Signature=S3cret' })
    expect(problems).toEqual([expect.objectContaining({ value: 's3://bucket/a.tar.gz?…' })])
  })

  test.each<[InputName, string]>([
    ['snapshot-mode', 'redo'],
    ['single-snapshot', 'true'],
    ['use-new-run', 'true'],
    ['verbosity', 'debug'],
    ['push-retry', '7'],
    ['cache-ttl', '1h'],
  ])('%s: %s is without effect, and that is said', (input, value) => {
    expect(requestOf({ ...BUILDKIT, [input]: value }).notices).toEqual([
      `${input}: how Kaniko works, which does not build here; without effect.`,
    ])
  })

  test('is told in one sentence', () => {
    expect(requestOf({ ...BUILDKIT, verbosity: 'debug', 'push-retry': '7' }).notices).toEqual([
      containing('verbosity, push-retry: '),
    ])
  })

  test('is not told where the runner hands out the defaults', () => {
    expect(requestOf({ ...INPUT_DEFAULTS, ...BUILDKIT }).notices).toEqual([])
  })

  test('is read nevertheless', () => {
    expect(problemsOf({ ...BUILDKIT, 'snapshot-mode': 'fast' })).toEqual([
      expect.objectContaining({ input: 'snapshot-mode' }),
    ])
  })
})

describe('attestations', () => {
  const docker = { outputs: 'type=docker,dest=a.tar' }
  test.each<[GivenInputs, readonly unknown[]]>([
    [{ provenance: 'true', 'image-format': 'docker' }, ['image-format: has no place for provenance']],
    [{ attests: 'type=sbom', 'image-format': 'docker' }, ['image-format: has no place for sbom']],
    [{ sbom: 'true', provenance: 'true', ...docker }, ['outputs: an archive for docker load has no place']],
    [{ sbom: 'true', provenance: 'true', 'image-format': 'oci' }, []],
    [{ sbom: 'true', outputs: 'type=oci,dest=a.tar' }, []],
    [{ sbom: 'false', 'image-format': 'docker', ...docker }, []],
  ])('%j', (inputs, expected) => {
    const told = problemsOf({ ...BUILDKIT, ...inputs }).map(({ input, problem }) => `${input}: ${problem}`)
    expect(told).toEqual(expected.map((one) => containing(String(one))))
  })
})

test('keys of annotations are lower case, which BuildKit’s client would make them', () => {
  const annotations = 'a.B=C\nmanifest:com.Acme=x\nc.d=E\nindex:X=y'
  expect(problemsOf({ ...BUILDKIT, annotations })).toEqual([
    { input: 'annotations', value: 'a.B', problem: containing('write a.b') },
    { input: 'annotations', value: 'com.Acme', problem: containing('write com.acme') },
  ])
  expect(problemsOf({ tags: BUILDKIT.tags, annotations })).toEqual([])
})

test.each([
  ['https://git.example/acme/app#v1', 'https://git.example/acme/app'],
  ['git://git.example/acme/app', 'https://git.example/acme/app'],
  ['https://git.example/acme/app.git/a#v1', 'https://git.example/acme/app.git/a'],
])('a repository that BuildKit would take for a file is refused: %s', (context, address) => {
  expect(problemsOf({ ...BUILDKIT, context })).toEqual([
    { input: 'context', value: address, problem: containing(`write ${address}.git`) },
  ])
  expect(problemsOf({ tags: BUILDKIT.tags, context })).toEqual([])
})

test.each([
  'https://files.example/a.tar.gz?s=1',
  'https://github.com/acme/app',
  'https://github.com/acme/app.git',
  'pvc://sources/a',
])('a context that BuildKit fetches is taken: %s', (context) => {
  expect(problemsOf({ ...BUILDKIT, namespace: 'ci', context })).toEqual([])
})

test('a directory of the runner goes along with a context that is one, and with no other', () => {
  const contexts = { 'build-contexts': 'docs=../docs\nbase=docker-image://alpine' }
  expect(problemsOf({ ...BUILDKIT, ...contexts })).toEqual([])
  for (const context of ['https://github.com/acme/app.git', 'pvc://sources', 'https://h.example/a.tar.gz'])
    expect(problemsOf({ ...BUILDKIT, ...contexts, namespace: 'ci', context })).toEqual([
      { input: 'build-contexts', value: '../docs', problem: containing('"docs" is a directory') },
    ])
})

test.each<[InputName, string, string]>([['call', 'check', 'only builds are made here']])(
  '%s: %s is refused as with Kaniko',
  (input, value, problem) => {
    expect(problemsOf({ ...BUILDKIT, [input]: value })).toEqual([
      { input, value, problem: containing(problem) },
    ])
  },
)

test('a control group is not followed, and that is said', () => {
  expect(requestOf({ ...BUILDKIT, 'cgroup-parent': 'x' }).notices).toEqual([containing('`cgroup-parent`')])
})

test('keys are secrets of the build, under ids that no secret can have', () => {
  const { secrets } = requestOf({ ...BUILDKIT, ssh: 'default=a,b\nother=c', secrets: 'default=x' })
  expect([...secrets]).toEqual([
    ['default', { kind: 'text', text: 'x' }],
    ['ssh default 1', { kind: 'key', ssh: 'default', path: 'a' }],
    ['ssh default 2', { kind: 'key', ssh: 'default', path: 'b' }],
    ['ssh other 1', { kind: 'key', ssh: 'other', path: 'c' }],
  ])
  expect(problemsOf({ ...BUILDKIT, secrets: 'ssh default 1=x' })).toEqual([
    expect.objectContaining({ input: 'secrets' }),
  ])
})
