import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { DEFAULT_RESOURCES } from '../../src/plan/pod-resources.ts'
import { ENVIRONMENT_INPUTS } from '../../src/request/input-reader.ts'
import { INPUT_NAMES } from '../../src/request/inputs.generated.ts'
import { readRequest } from '../../src/request/read-request.ts'
import { containing, type GivenInputs, problemsOf, requestOf } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }

describe('what is not given', () => {
  test('has the defaults of the contract', () => {
    expect(requestOf(TAGS)).toEqual({
      cluster: { kubeconfig: undefined, kubeContext: undefined },
      namespace: { kind: 'own' },
      context: '.',
      contextDelivery: 'auto',
      file: undefined,
      tags: [{ registry: 'ghcr.io', repository: 'acme/app', tag: '1' }],
      push: true,
      buildArgs: new Map(),
      secrets: new Map(),
      target: undefined,
      labels: new Map(),
      executor: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
      cache: {
        kind: 'on',
        repository: { registry: 'ghcr.io', repository: 'acme/app/cache' },
        ttlSeconds: 86_400,
        write: true,
      },
      registryMirrors: [],
      insecureRegistries: [],
      registryAccess: {
        credentials: [],
        secret: undefined,
        serviceAccount: undefined,
        certificates: new Map(),
        unverified: [],
      },
      resources: DEFAULT_RESOURCES,
      nodeSelector: new Map(),
      tolerations: [],
      timeoutSeconds: 600,
      scheduleTimeoutSeconds: 600,
      userNamespace: 'auto',
      cleanup: 'always',
      jobName: undefined,
      kanikoArgs: [],
      notices: [],
    })
  })

  test('is the same whether the runner gives an empty text or nothing, but for the kubeconfig', () => {
    const empty = Object.fromEntries(
      INPUT_NAMES.filter((name) => name !== 'kubeconfig' && name !== 'tags').map((name) => [name, ' ']),
    )
    expect(requestOf({ ...empty, ...TAGS })).toEqual(requestOf(TAGS))
  })
})

test('every input arrives in the request', () => {
  expect(
    requestOf({
      kubeconfig: ' apiVersion: v1\n',
      'kube-context': 'prod',
      namespace: 'builds',
      context: 'services/a',
      file: 'docker/Dockerfile',
      tags: 'acme/app:1,acme/app:1\ndocker.io/acme/app:1\nghcr.io/acme/app',
      push: 'false',
      'build-args': 'A=1',
      secrets: 'npm=S3cret',
      'secret-files': 'rc=.npmrc',
      'secret-envs': 'aws=AWS_KEY',
      target: 'runtime',
      labels: 'team=x',
      executor: 'registry:5000/kaniko:v1',
      cache: 'True',
      'cache-repository': 'registry:5000/cache',
      'cache-ttl': '1h',
      'cache-write': 'TRUE',
      'registry-mirror': 'mirror.gcr.io, harbor.example/hub',
      'insecure-registries': 'registry:5000\n# not:1',
      registries: '- {registry: ghcr.io, username: bob, password: S3cret}',
      'registry-secret': 'credentials',
      'service-account': 'builder',
      'registry-certificates': 'registry:5001=ca.pem',
      'skip-tls-verify-registries': 'registry:5002',
      'node-selector': 'pool=builds',
      tolerations: '- {operator: Exists}',
      resources: 'limits: {memory: 4Gi}',
      timeout: '1h',
      'schedule-timeout': '5m',
      'user-namespace': 'true',
      cleanup: 'on-success',
      'job-name': 'backend',
      'kaniko-args': '--use-new-run',
      'context-delivery': 'stream',
    }),
  ).toEqual({
    cluster: { kubeconfig: 'apiVersion: v1', kubeContext: 'prod' },
    namespace: { kind: 'given', name: 'builds' },
    context: 'services/a',
    contextDelivery: 'stream',
    file: 'docker/Dockerfile',
    tags: [
      { registry: 'docker.io', repository: 'acme/app', tag: '1' },
      { registry: 'ghcr.io', repository: 'acme/app', tag: 'latest' },
    ],
    push: false,
    buildArgs: new Map([['A', '1']]),
    secrets: new Map([
      ['npm', { kind: 'text', text: 'S3cret' }],
      ['rc', { kind: 'file', path: '.npmrc' }],
      ['aws', { kind: 'variable', variable: 'AWS_KEY' }],
    ]),
    target: 'runtime',
    labels: new Map([['team', 'x']]),
    executor: 'registry:5000/kaniko:v1',
    cache: {
      kind: 'on',
      repository: { registry: 'registry:5000', repository: 'cache' },
      ttlSeconds: 3600,
      write: true,
    },
    registryMirrors: ['mirror.gcr.io', 'harbor.example/hub'],
    insecureRegistries: ['registry:5000'],
    registryAccess: {
      credentials: [{ registry: 'ghcr.io', username: 'bob', password: 'S3cret' }],
      secret: 'credentials',
      serviceAccount: 'builder',
      certificates: new Map([['registry:5001', { kind: 'file', path: 'ca.pem' }]]),
      unverified: ['registry:5002'],
    },
    resources: { limits: { memory: '4Gi' } },
    nodeSelector: new Map([['pool', 'builds']]),
    tolerations: [{ operator: 'Exists' }],
    timeoutSeconds: 3600,
    scheduleTimeoutSeconds: 300,
    userNamespace: 'always',
    cleanup: 'on-success',
    jobName: 'backend',
    kanikoArgs: ['--use-new-run'],
    notices: [],
  })
})

describe('the environment', () => {
  const environment = { KUBE_NAMESPACE: 'ns', BUILD_TIMEOUT: '30m', KANIKO_IMAGE: 'registry:5000/kaniko:v1' }

  test('stands in for what is not given', () => {
    expect(requestOf(TAGS, environment)).toMatchObject({
      namespace: { kind: 'given', name: 'ns' },
      timeoutSeconds: 1800,
      executor: 'registry:5000/kaniko:v1',
    })
  })

  test('does not replace what is given', () => {
    const inputs = { ...TAGS, namespace: 'mine', timeout: '5', executor: 'kaniko:mine' }
    expect(requestOf(inputs, environment)).toMatchObject({
      namespace: { kind: 'given', name: 'mine' },
      timeoutSeconds: 5,
      executor: 'kaniko:mine',
    })
  })

  test('counts as not given where it is empty', () => {
    const empty = { KUBE_NAMESPACE: '', BUILD_TIMEOUT: ' ', KANIKO_IMAGE: '' }
    expect(requestOf(TAGS, empty)).toEqual(requestOf(TAGS))
  })

  test('is named where its value is wrong', () => {
    expect(problemsOf(TAGS, { BUILD_TIMEOUT: 'soon' })).toEqual([
      { input: 'timeout', value: 'soon', problem: containing('it comes from $BUILD_TIMEOUT') },
    ])
  })

  test('is not hidden by defaults in action.yml, whose words name the defaults instead', () => {
    const action = load(readFileSync('action.yml', 'utf8')) as {
      readonly inputs: Readonly<Record<string, { readonly default?: string; readonly description: string }>>
    }
    for (const [input, { variable, fallback = '' }] of Object.entries(ENVIRONMENT_INPUTS)) {
      expect(action.inputs[input]?.default).toBeUndefined()
      expect(action.inputs[input]?.description).toContain(`\`$${variable}\``)
      expect(action.inputs[input]?.description).toContain(fallback)
    }
  })
})

describe('the kubeconfig', () => {
  test('given but empty is an error that names the usual cause', () => {
    expect(problemsOf({ ...TAGS, kubeconfig: ' ' })).toEqual([
      { input: 'kubeconfig', problem: containing('forks get no secrets') },
    ])
  })

  test.each([undefined, 'auto', ' auto '])('%j lets the action look for one', (kubeconfig) => {
    const inputs: GivenInputs = kubeconfig === undefined ? TAGS : { ...TAGS, kubeconfig }
    expect(requestOf(inputs).cluster.kubeconfig).toBeUndefined()
  })

  test('is never shown', () => {
    expect(JSON.stringify(problemsOf({ ...TAGS, kubeconfig: 'S3cret\0' }))).not.toContain('S3cret')
  })
})

describe('pushing', () => {
  test('needs tags', () => {
    expect(problemsOf({})).toEqual([{ input: 'tags', problem: containing('is needed') }])
    expect(problemsOf({ tags: '# none' })).toHaveLength(1)
  })

  test('needs no second complaint about tags that are wrong', () => {
    expect(problemsOf({ tags: 'A:1' })).toHaveLength(1)
  })

  test('does not complain about missing tags where it is not known whether to push', () => {
    expect(problemsOf({ push: 'maybe' }).map(({ input }) => input)).toEqual(['push'])
  })

  test.each([
    [`acme/app@sha256:${'a'.repeat(64)}`, 'a digest cannot be pushed to'],
    ['registry:5000/a:1', 'at least two characters'],
  ])('to %s is refused: %s', (tags, expected) => {
    expect(problemsOf({ tags })).toEqual([{ input: 'tags', value: tags, problem: containing(expected) }])
  })

  test.each([
    ['app:1', 'docker.io/library'],
    ['localhost/app:1', "the build's own pod"],
    ['localhost:5000/app:1', "the build's own pod"],
    ['127.0.0.1:5000/app:1', "the build's own pod"],
    ['[::1]:5000/app:1', "the build's own pod"],
  ])('to %s is done with a notice: %s', (tags, expected) => {
    expect(requestOf({ tags }).notices).toEqual([containing(expected)])
    expect(requestOf({ tags, push: 'false' }).notices).toEqual([])
  })
})

test('user-namespace false builds without one', () => {
  expect(requestOf({ ...TAGS, 'user-namespace': 'False' }).userNamespace).toBe('never')
})

describe('problems', () => {
  test('of all inputs are told at once', () => {
    const wrong: GivenInputs = {
      kubeconfig: '',
      namespace: 'A',
      context: 'https://x.example',
      file: 'https://x.example',
      tags: 'A:1\nB:1',
      push: 'yes',
      'build-args': 'x',
      secrets: 'x',
      'secret-files': 'x',
      'secret-envs': 'x',
      target: 'a,b',
      labels: 'x',
      executor: 'A B',
      cache: 'yes',
      'cache-repository': 'A',
      'cache-ttl': 'x',
      'cache-write': 'yes',
      'registry-mirror': 'https://a/b',
      'insecure-registries': 'a/b',
      registries: 'x',
      'registry-secret': 'A',
      'service-account': 'A',
      'registry-certificates': 'x',
      'skip-tls-verify-registries': 'a/b',
      'node-selector': 'x',
      tolerations: 'x',
      resources: 'x',
      timeout: 'x',
      'schedule-timeout': 'x',
      'user-namespace': 'x',
      cleanup: 'x',
      'job-name': 'A',
      'kaniko-args': 'x',
    }
    const inputs = problemsOf(wrong).map(({ input }) => input)
    expect(new Set(inputs)).toEqual(new Set(Object.keys(wrong)))
    expect(inputs.filter((input) => input === 'tags')).toHaveLength(2)
  })

  test.each(INPUT_NAMES)('a NUL character in %s is one', (input) => {
    expect(problemsOf({ ...TAGS, [input]: 'a\0b' })).toContainEqual({
      input,
      problem: 'has a NUL character in it',
    })
  })

  test('do not show a password in a URL', () => {
    const inputs = { ...TAGS, 'registry-mirror': 'https://bob:S3cret@registry.example' }
    expect(JSON.stringify(problemsOf(inputs))).not.toContain('S3cret')
  })

  test('are the only other answer to any text whatever', () => {
    const name = fc.constantFrom(...INPUT_NAMES)
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.constantFrom('a: &a [*a]', '!!js x', '- 1'),
    )
    fc.assert(
      fc.property(name, text, (input, value) => {
        const inputs: GivenInputs = { ...TAGS, [input]: value }
        const read = readRequest((asked) => inputs[asked], {})
        expect(['request', 'problems']).toContain(read.kind)
      }),
    )
  })
})
