import type { FetchedContext } from '../../src/context/context-archive.ts'
import type { KubernetesObject } from '../../src/kubernetes/objects.ts'
import { laterAttempt } from '../../src/plan/plan-build.ts'
import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { addressSecrets } from '../../src/plan/fetched-context.ts'
import { secretsOf } from '../../src/plan/secret-forms.ts'
import { requestOf, type GivenInputs } from '../request/given.ts'
import { argsOf, groundsOf, planOf } from './given.ts'
import { planBuild, type PlanGrounds } from '../../src/plan/plan-build.ts'

const SHA = '0123456789abcdef0123456789abcdef01234567'
const GITHUB = { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'acme/app', GITHUB_SHA: SHA }
const TAGS = { tags: 'example.com/app:1', namespace: 'ci' }

function plan(
  context: string,
  inputs: GivenInputs = {},
  more: Partial<PlanGrounds> & { readonly source?: FetchedContext['source'] } = {},
): BuildPlan {
  const { source, ...grounds } = more
  const request = requestOf({ ...TAGS, context, ...inputs }, GITHUB)
  const fetched: FetchedContext = { kind: 'fetched', dockerfile: request.file ?? 'Dockerfile', source }
  const made = planBuild({ ...groundsOf(TAGS), request, context: fetched, ...grounds })
  if (made.kind === 'failure') throw new Error(made.failure.headline)
  return made
}

const contextArgs = (made: BuildPlan) =>
  argsOf(made).filter((argument) => /^--(?:context|git|dockerfile)/.test(argument))

interface Spec {
  readonly containers: readonly {
    readonly env: readonly object[]
    readonly stdin?: boolean
    readonly volumeMounts?: readonly object[]
  }[]
  readonly volumes?: readonly object[]
  readonly hostUsers?: boolean
}
// The shape that kaniko-job.ts makes.
const specOf = ({ job }: BuildPlan): Spec =>
  (job['spec'] as { readonly template: { readonly spec: Spec } }).template.spec
const envOf = (made: BuildPlan) => specOf(made).containers[0]?.env ?? []

describe('what Kaniko is told of a context that it fetches', () => {
  const SHALLOW = ['--git=single-branch=true', '--git=depth=1']
  const WHOLE = ['--git=single-branch=true']
  test.each<[string, readonly string[]]>([
    ['git', [`--context=git://github.com/acme/app.git#${SHA}`, ...WHOLE]],
    ['git:a/b', [`--context=git://github.com/acme/app.git#${SHA}`, ...WHOLE, '--context-sub-path=a/b']],
    ['https://git.example/c.git', ['--context=git://git.example/c.git', ...SHALLOW]],
    ['https://git.example/c.git#v1', ['--context=git://git.example/c.git', '--git=branch=v1', ...SHALLOW]],
    [
      'https://git.example/c.git#refs/heads/x',
      ['--context=git://git.example/c.git#refs/heads/x', ...SHALLOW],
    ],
    ['https://git.example/c.git#refs/tags/x', ['--context=git://git.example/c.git#refs/tags/x', ...WHOLE]],
    ['pvc://sources', ['--context=dir:///kaniko/context']],
    ['pvc://sources/a/b', ['--context=dir:///kaniko/context', '--context-sub-path=a/b']],
    ['s3://bucket/a.tar.gz', ['--context=s3://bucket/a.tar.gz']],
    ['https://x.example/a.tar.gz?sig=1', ['--context=https://x.example/a.tar.gz?sig=1']],
  ])('%s', (context, expected) => {
    expect(contextArgs(plan(context))).toEqual([...expected, '--dockerfile=Dockerfile'])
  })

  test('the Dockerfile is where `file` has it in the context', () => {
    expect(contextArgs(plan('git', { file: 'docker/Dev' }))).toContain('--dockerfile=docker/Dev')
  })

  test('nothing is sent: no ConfigMap, no standard input', () => {
    const made = plan('git')
    expect(made.contextMap).toBeUndefined()
    expect(specOf(made).containers[0]?.stdin).toBeUndefined()
    expect(specOf(made).volumes).toBeUndefined()
    expect(made.delivery).toEqual({
      kind: 'executor',
      from: { kind: 'git', shown: `https://github.com/acme/app.git#${SHA}`, as: undefined },
    })
  })

  test('a claim is mounted read only below /kaniko, and never in a user namespace', () => {
    const made = plan('pvc://sources/a')
    expect(specOf(made).volumes).toEqual([
      { name: 'context', persistentVolumeClaim: { claimName: 'sources', readOnly: true } },
    ])
    expect(specOf(made).containers[0]?.volumeMounts).toEqual([
      { name: 'context', mountPath: '/kaniko/context', readOnly: true },
    ])
    expect(specOf(made).hostUsers).toBeUndefined()
    expect(made.notes.join()).toContain('No user namespace')
  })
})

describe('credentials for a clone', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const passwordOf = ({ secrets }: BuildPlan): string | undefined => {
    const secret = secrets.find((one: KubernetesObject) => one.metadata.name.includes('-git-'))
    // The shape that git-credentials.ts makes.
    const data = secret?.['data'] as Readonly<Record<string, string>> | undefined
    return data && Buffer.from(data['GIT_PASSWORD'] ?? '', 'base64').toString()
  }

  test('stand in a Secret and not in the pod', () => {
    const made = plan('git', { 'github-token': 'T0ken-of-github' })
    expect(passwordOf(made)).toBe('T0ken-of-github')
    expect(JSON.stringify(made.job)).not.toContain('T0ken')
    expect(envOf(made)).toEqual([
      { name: 'container', value: 'kube' },
      { name: 'GIT_USERNAME', value: 'x-access-token' },
      { name: 'GIT_PASSWORD', valueFrom: { secretKeyRef: { name: 'app-git-ab12c', key: 'GIT_PASSWORD' } } },
    ])
    expect(secretsOf(made)).toContain('T0ken-of-github')
    expect(made.notes).toContain('The context is cloned with `github-token`.')
  })

  test('are renamed with their Secret in a later attempt', () => {
    const later = laterAttempt(plan('git', { 'github-token': 'T0ken' }), 2)
    const [secret] = later.secrets
    expect(secret?.metadata.name).toBe('app-git-2-ab12c')
    expect(envOf(later)).toContainEqual({
      name: 'GIT_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'app-git-2-ab12c', key: 'GIT_PASSWORD' } },
    })
  })

  test.each<[string, Readonly<Record<string, string>>, string | undefined]>([
    ['the secret for the host', { GIT_AUTH_TOKEN: 'all', 'GIT_AUTH_TOKEN.git.example': 'host' }, 'host'],
    ['the secret for all', { GIT_AUTH_TOKEN: 'all\n', 'GIT_AUTH_TOKEN.other.example': 'other' }, 'all'],
    ['none of another host', { 'GIT_AUTH_TOKEN.other.example': 'other' }, undefined],
  ])('are %s', (_, secrets, expected) => {
    const given = new Map(Object.entries(secrets).map(([id, value]) => [id, bytes(value)] as const))
    const made = plan('https://git.example:8443/c.git', { 'github-token': 'T0ken' }, { secrets: given })
    expect(passwordOf(made)).toBe(expected)
    // As with BuildKit, a RUN may mount it too; if none does, it had its use.
    for (const id of Object.keys(secrets)) expect(argsOf(made).join()).toContain(`--secret=id=${id},`)
    expect(made.notes.join()).not.toContain('no RUN of the Dockerfile mounts it')
  })

  test('are mounted as any other secret where nothing is cloned', () => {
    const made = planOf(TAGS, { secrets: new Map([['GIT_AUTH_TOKEN', bytes('x')]]) })
    expect(argsOf(made).join()).toContain('--secret=id=GIT_AUTH_TOKEN')
  })

  test('that a Dockerfile requires are given to it as well', () => {
    const source = {
      path: 'Dockerfile',
      text: 'FROM a\nRUN --mount=type=secret,id=GIT_AUTH_TOKEN,required=true x\n',
    }
    const secrets = new Map([['GIT_AUTH_TOKEN', bytes('T0ken')]])
    expect(passwordOf(plan('git', {}, { secrets, source }))).toBe('T0ken')
  })

  test('plain HTTP is told, and asked of Kaniko by its variable', () => {
    const made = plan('http://git.lab/c.git')
    expect(envOf(made)).toContainEqual({ name: 'GIT_PULL_METHOD', value: 'http' })
    expect(made.notes.join()).toContain('plain HTTP')
    const withToken = plan('http://git.lab/c.git', {}, { secrets: new Map([['GIT_AUTH_TOKEN', bytes('x')]]) })
    expect(withToken.notes.join()).toContain('can read it, and the token')
  })
})

describe('where nobody here knows the Dockerfile', () => {
  const REGISTRIES = '- {registry: base.example, username: u, password: pa55word}'

  test('`registries` names those of its base images', () => {
    const made = plan('git', { registries: REGISTRIES })
    expect(made.credentials.map(({ registry, uses, from }) => [registry, uses, from])).toContainEqual([
      'base.example',
      ['base images'],
      '`registries`',
    ])
    expect(made.notes.join()).toContain('known to the executor only')
  })

  test('where it is known, only what it reads counts', () => {
    const source = { path: 'Dockerfile', text: 'FROM other.example/x\n' }
    const made = plan('git', { registries: REGISTRIES }, { source })
    expect(made.credentials.map(({ registry }) => registry)).not.toContain('base.example')
    expect(made.dockerfile.stages).toHaveLength(1)
    expect(made.notes.join()).not.toContain('known to the executor only')
  })

  test('nothing is said of secrets that it may mount', () => {
    const secrets = new Map([['npm', new Uint8Array([1])]])
    expect(plan('git', {}, { secrets }).notes.join()).not.toContain('npm')
  })
})

test('what signs an address is masked, of further contexts too', () => {
  const given = (context: string, more: GivenInputs = {}) =>
    addressSecrets(requestOf({ tags: 'ghcr.io/acme/app:1', context, ...more }))
  expect(given('https://x.example/a?sig=0123456789')).toContain('sig=0123456789')
  expect(given('https://x.example/a?b=12345678?c=12345678')).toContain('b=12345678?c=12345678')
  expect(given('a?b=0123456789')).toEqual([])
  const named = {
    builder: 'buildkit',
    'allow-privileged': 'true',
    'build-contexts': 'foo=https://x.example/a.tar.gz?sig=0123456789',
  }
  expect(given('.', named)).toContain('sig=0123456789')
})
