import fc from 'fast-check'
import { REDACTED, redacted } from '../../src/report/redact.ts'

const podWith = (container: object, metadata: object = {}) => ({
  metadata,
  spec: { containers: [{ name: 'kaniko', ...container }] },
})
const argsOf = (...args: readonly string[]) => redacted(podWith({ args })).spec.containers[0]

describe('arguments', () => {
  test.each([
    ['--build-arg=NPM_TOKEN=hunter2', '--build-arg=NPM_TOKEN=(redacted)'],
    ['--build-arg=A=b=c', '--build-arg=A=(redacted)'],
    ['--build-arg=A=', '--build-arg=A=(redacted)'],
    ['--build-arg=LINES=one\ntwo', '--build-arg=LINES=(redacted)'],
    ['--git-token=abc', '--git-token=(redacted)'],
    ['--registry-password=abc', '--registry-password=(redacted)'],
    ['--label=api-key=abc', '--label=api-key=(redacted)'],
    ['--context=https://user:pw@example.com/x.git', '--context=https://(redacted)@example.com/x.git'],
    ['--context=https://x.example/a.tar.gz?sv=1&sig=abc', '--context=https://x.example/a.tar.gz?(redacted)'],
    [`--flag=ghp_${'a'.repeat(36)}`, '--flag=(redacted)'],
  ])('%j is shown as %j', (given, shown) => {
    expect(argsOf(given)).toEqual({ name: 'kaniko', args: [shown] })
  })

  test.each([
    '--build-arg=NAME',
    '--destination=ghcr.io/acme/app:1',
    '--label=org.opencontainers.image.revision=0123456789abcdef0123456789abcdef01234567',
    '--cache-repo=ghcr.io/acme/app/cache',
    '--context=tar:///kaniko/context/context.tar.gz',
    '--cache-ttl=86400s',
    '--use-new-run',
  ])('%j is shown as it is', (given) => {
    expect(argsOf(given)).toEqual({ name: 'kaniko', args: [given] })
  })

  test('that stand apart from their flag are seen to belong to it', () => {
    expect(argsOf('--build-arg', 'A=b', '--token', 'abc', '--destination', 'example.com/x')).toMatchObject({
      args: ['--build-arg', 'A=(redacted)', '--token', '(redacted)', '--destination', 'example.com/x'],
    })
  })
})

test('of the environment only names and sources are shown', () => {
  const env = [
    { name: 'container', value: 'kube' },
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'registry', key: 'password' } } },
  ]
  expect(redacted(podWith({ env })).spec.containers).toEqual([
    { name: 'kaniko', env: [{ name: 'container', value: REDACTED }, env[1]] },
  ])
})

test('what nobody reads, what repeats the rest, and the owner token are left out', () => {
  const metadata = {
    name: 'app',
    managedFields: [{ manager: 'x' }],
    annotations: {
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'hybrid-kubernetes-build.io/owner-token': 'f00d',
      'hybrid-kubernetes-build.io/job': 'build',
    },
  }
  expect(redacted({ metadata })).toEqual({
    metadata: { name: 'app', annotations: { 'hybrid-kubernetes-build.io/job': 'build' } },
  })
})

test.each([
  'Bearer abcdefghijklmnop.qrstuv',
  `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc_def`,
  `pull of https://bob:secret@registry.example/x failed`,
  `key AKIAIOSFODNN7EXAMPLE`,
])('a token in any text is not shown: %s', (text) => {
  const shown = JSON.stringify(redacted({ status: { reason: text } }))
  expect(shown).toContain(REDACTED)
  expect(shown).not.toMatch(/qrstuv|abc_def|secret@|AKIA/)
})

test('a digest is no secret', () => {
  const status = { message: `sha256:${'a1'.repeat(32)}` }
  expect(redacted({ status })).toEqual({ status })
})

test('a build-arg’s value is in no text of the cluster about the build', () => {
  const value = fc
    .string({
      minLength: 8,
      maxLength: 40,
      unit: fc.constantFrom('a', 'Z', '0', '$', '"', '\\', ' ', '\n', '-', '.', 'é'),
    })
    .map((text) => `#${text}#`)
  fc.assert(
    fc.property(value, fc.string(), fc.string(), (secret, before, after) => {
      // As in the plan: the kubelet makes one `$` of two.
      const doubled = secret.replaceAll('$', () => '$$')
      const objects = {
        job: { spec: { template: podWith({ args: [`--build-arg=SOME=${doubled}`] }) } },
        pod: {
          ...podWith({ args: [`--build-arg=SOME=${doubled}`], env: [{ name: 'SOME', value: secret }] }),
          status: { containerStatuses: [{ state: { terminated: { message: before + secret + after } } }] },
        },
        events: [{ message: `denied: ${JSON.stringify({ args: [`--build-arg=SOME=${doubled}`] })}` }],
      }
      const shown = redacted(objects)
      const texts: string[] = []
      JSON.stringify(shown, (_, inner: unknown) => {
        if (typeof inner === 'string') texts.push(inner)
        return inner
      })
      for (const form of [secret, doubled, JSON.stringify(doubled).slice(1, -1)]) {
        expect(texts.filter((text) => text.includes(form))).toEqual([])
      }
    }),
  )
})

test('whatever has nothing to hide is as it was', () => {
  const names = fc.constantFrom('name', 'message', 'containers', 'status', 'a')
  const plain = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: fc.constantFrom('a', ' ', '1', '-') }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(names, tie('tree'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).tree
  fc.assert(fc.property(plain, (value) => expect(redacted(value)).toEqual(value)))
})

test('options of BuildKit’s client are told without the values of build-args and what signs addresses', () => {
  const args = [
    '--opt',
    'build-arg:URL=postgres-private',
    '--opt',
    'context=https://x.example/a?sig=0123456789',
    '--opt',
    'context:foo=https://x.example/b?sig=9876543210',
    '--opt',
    'label:token=abcdefgh',
    '--opt',
    'target=app',
  ]
  expect(argsOf(...args)).toEqual({
    ...argsOf(),
    args: [
      '--opt',
      'build-arg:URL=(redacted)',
      '--opt',
      'context=https://x.example/a?(redacted)',
      '--opt',
      'context:foo=https://x.example/b?(redacted)',
      '--opt',
      'label:token=(redacted)',
      '--opt',
      'target=app',
    ],
  })
})
