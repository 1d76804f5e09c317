import { NO_FRONTEND_OPTIONS } from '../../src/request/frontend-options.ts'
import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { DEFAULT_RESOURCES } from '../../src/plan/pod-resources.ts'
import { ENVIRONMENT_INPUTS } from '../../src/request/input-reader.ts'
import { INPUT_NAMES } from '../../src/request/inputs.generated.ts'
import { containing, type GivenInputs, problemsOf, requestOf, NOTHING_DEPLOYED } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }

describe('what is not given', () => {
  test('has the defaults of the contract', () => {
    expect(requestOf(TAGS)).toEqual({
      cluster: { kubeconfig: undefined, kubeContext: undefined },
      namespace: { kind: 'own' },
      context: { kind: 'path', path: '.' },
      contextDelivery: 'auto',
      file: undefined,
      tags: [{ registry: 'ghcr.io', repository: 'acme/app', tag: '1' }],
      push: true,
      builder: 'kaniko',
      allowPrivileged: false,
      frontend: NO_FRONTEND_OPTIONS,
      ...NOTHING_DEPLOYED,
      buildArgs: new Map(),
      secrets: new Map(),
      target: undefined,
      platform: undefined,
      labels: new Map(),
      annotations: new Map(),
      executor: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
      executorOptions: {
        snapshotMode: 'full',
        singleSnapshot: false,
        useNewRun: false,
        compression: undefined,
        compressionLevel: undefined,
        imageFormat: undefined,
        reproducible: false,
        registryMap: new Map(),
        verbosity: 'info',
        pushRetries: 3,
      },
      cache: {
        kind: 'on',
        isDerived: true,
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
        isolation: 'auto',
        certificates: new Map(),
        unverified: [],
      },
      resources: DEFAULT_RESOURCES,
      nodeSelector: new Map(),
      tolerations: [],
      pod: {
        affinity: undefined,
        priorityClass: undefined,
        runtimeClass: undefined,
        imagePullSecrets: [],
        labels: new Map(),
        annotations: new Map(),
        hostAliases: [],
        capabilities: [],
        cacheVolume: undefined,
        proxy: undefined,
        sharedMemory: undefined,
        template: undefined,
      },
      networkPolicy: { kind: 'none' },
      timeoutSeconds: 600,
      scheduleTimeoutSeconds: 600,
      userNamespace: 'auto',
      cleanup: 'always',
      jobName: undefined,
      kanikoArgs: [],
      notices: [],
      warnings: [],
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
      'allow-privileged': 'true',
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
      'isolate-credentials': 'true',
      'registry-certificates': 'registry:5001=ca.pem',
      'skip-tls-verify-registries': 'registry:5002',
      'node-selector': 'pool=builds',
      annotations: 'manifest:a=b',
      platforms: 'amd64',
      'image-format': 'oci',
      compression: 'gzip',
      'compression-level': '9',
      reproducible: 'true',
      'snapshot-mode': 'time',
      'single-snapshot': 'true',
      'use-new-run': 'true',
      verbosity: 'debug',
      'push-retry': '5',
      'registry-map': 'https://index.docker.io/v1/=harbor.example/hub',
      affinity: 'podAffinity: {x: 1}',
      'priority-class': 'high',
      'runtime-class': 'kata',
      'image-pull-secrets': 'a,b',
      'pod-labels': 'team=x',
      'pod-annotations': 'example.com/a=b c',
      'host-aliases': '- {ip: 10.0.0.5, hostnames: [a.example, b.example]}',
      'add-hosts': 'c.example:10.0.0.5,six.example:[fd00::1]',
      'cache-volume': 'base-images',
      'pod-proxy': 'inherit',
      'shm-size': '1g',
      'pod-template': 'apiVersion: v1\nkind: Pod\nspec: {hostNetwork: true}',
      'allow-unsafe-pod-template': 'true',
      tolerations: '- {operator: Exists}',
      resources: 'limits: {memory: 4Gi}',
      timeout: '1h',
      'schedule-timeout': '5m',
      'user-namespace': 'true',
      cleanup: 'on-success',
      'job-name': 'backend',
      'kaniko-args': '--force',
      'context-delivery': 'stream',
    }),
  ).toEqual({
    cluster: { kubeconfig: 'apiVersion: v1', kubeContext: 'prod' },
    namespace: { kind: 'given', name: 'builds' },
    context: { kind: 'path', path: 'services/a' },
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
    annotations: new Map([['a', 'b']]),
    platform: { name: 'linux/amd64', architecture: 'amd64' },
    executorOptions: {
      snapshotMode: 'time',
      singleSnapshot: true,
      useNewRun: true,
      compression: 'gzip',
      compressionLevel: 9,
      imageFormat: 'oci',
      reproducible: true,
      registryMap: new Map([['docker.io', 'harbor.example/hub']]),
      verbosity: 'debug',
      pushRetries: 5,
    },
    pod: {
      affinity: { podAffinity: { x: 1 } },
      priorityClass: 'high',
      runtimeClass: 'kata',
      imagePullSecrets: ['a', 'b'],
      labels: new Map([['team', 'x']]),
      annotations: new Map([['example.com/a', 'b c']]),
      hostAliases: [
        { ip: '10.0.0.5', hostnames: ['a.example', 'b.example', 'c.example'] },
        { ip: 'fd00::1', hostnames: ['six.example'] },
      ],
      cacheVolume: 'base-images',
      proxy: new Map(),
      sharedMemory: '1Gi',
      capabilities: [],
      template: { template: { spec: { hostNetwork: true } }, isUnsafeAllowed: true },
    },
    networkPolicy: { kind: 'none' },
    executor: 'registry:5000/kaniko:v1',
    cache: {
      kind: 'on',
      isDerived: false,
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
      isolation: 'always',
      certificates: new Map([['registry:5001', { kind: 'file', path: 'ca.pem' }]]),
      unverified: ['registry:5002'],
    },
    resources: { limits: { memory: '4Gi' } },
    nodeSelector: new Map([['pool', 'builds']]),
    tolerations: [{ operator: 'Exists' }],
    timeoutSeconds: 3600,
    scheduleTimeoutSeconds: 300,
    builder: 'kaniko',
    allowPrivileged: true,
    frontend: NO_FRONTEND_OPTIONS,
    ...NOTHING_DEPLOYED,
    userNamespace: 'always',
    cleanup: 'on-success',
    jobName: 'backend',
    kanikoArgs: ['--force'],
    notices: [],
    warnings: [],
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

test('user-namespace false builds without one', () => {
  expect(requestOf({ ...TAGS, 'user-namespace': 'False' }).userNamespace).toBe('never')
})
