import type { FetchedContext } from '../../src/context/context-archive.ts'
import type { KubernetesObject } from '../../src/kubernetes/objects.ts'
import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { laterAttempt } from '../../src/plan/plan-build.ts'
import { containing, type GivenInputs, requestOf } from '../request/given.ts'
import { archiveOf, argsOf, planOf } from './given.ts'
import { BUILDKIT, planned, podOf } from './given-buildkit.ts'

const dataOf = (secret: KubernetesObject | undefined) =>
  Object.entries((secret?.['data'] ?? {}) as Record<string, string>).map(
    ([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const,
  )

describe('secrets and keys', () => {
  const inputs = { secrets: 'npm=S3cretOfNpm', ssh: 'default=a,b\ndeploy=c' }
  const secrets = new Map([
    ['npm', Buffer.from('S3cretOfNpm')],
    ['ssh default 1', Buffer.from('KeyA')],
    ['ssh default 2', Buffer.from('KeyB')],
    ['ssh deploy 1', Buffer.from('KeyC')],
  ])
  const text = 'FROM scratch\nRUN --mount=type=secret,id=npm --mount=type=ssh true\n'
  const context = { ...archiveOf(), source: { path: 'Dockerfile', text } }
  const plan = planned(inputs, { secrets, context })
  const flags = (made: BuildPlan) => argsOf(made).filter((word) => /^--(?:secret|ssh)/.test(word))

  test('are files of one Secret, told by their paths', () => {
    expect(flags(plan)).toEqual([
      '--secret=id=npm,src=/buildkit/build-secrets/secret-1',
      '--ssh=default=/buildkit/build-secrets/secret-2,/buildkit/build-secrets/secret-3',
      '--ssh=deploy=/buildkit/build-secrets/secret-4',
    ])
    expect(plan.secrets.map(({ metadata }) => metadata.name)).toEqual(['app-secrets-ab12c'])
    expect(dataOf(plan.secrets[0])).toEqual([
      ['secret-1', 'S3cretOfNpm'],
      ['secret-2', 'KeyA'],
      ['secret-3', 'KeyB'],
      ['secret-4', 'KeyC'],
    ])
    expect(podOf(plan).volumes).toContainEqual({
      name: 'build-secrets',
      secret: {
        secretName: 'app-secrets-ab12c',
        items: [1, 2, 3, 4].map((at) => ({ key: `secret-${at}`, path: `secret-${at}` })),
        defaultMode: 0o400,
      },
    })
  })

  test('stand nowhere but in the Secret', () => {
    expect(JSON.stringify([plan.job, plan.contextMap, plan.notes, argsOf(plan)])).not.toMatch(
      /S3cretOfNpm|Key[ABC]/,
    )
  })

  test('that no RUN mounts are told, keys are not', () => {
    expect(plan.notes).toEqual([])
    expect(planned(inputs, { secrets }).notes).toEqual([containing('The secret "npm" is given')])
  })

  test('are of a later attempt’s own name', () => {
    const later = laterAttempt(plan, 2)
    expect(later.secrets.map(({ metadata }) => metadata.name)).toEqual(['app-secrets-2-ab12c'])
    expect(JSON.stringify(podOf(later))).toContain('app-secrets-2-ab12c')
    expect(JSON.stringify(podOf(later))).not.toContain('app-secrets-ab12c')
  })
})

describe('a context that BuildKit clones', () => {
  const GITHUB = {
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'acme/app',
    GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
  }
  const fetched: FetchedContext = { kind: 'fetched', dockerfile: 'Dockerfile', source: undefined }
  function cloned(
    context: string,
    inputs: GivenInputs = {},
    secrets: readonly (readonly [string, string])[] = [],
  ): BuildPlan {
    const request = requestOf({ ...BUILDKIT, context, ...inputs }, GITHUB)
    const values = new Map(secrets.map(([id, value]) => [id, Buffer.from(value)]))
    return planned({}, { request, context: fetched, secrets: values })
  }

  test.each<[string, string, GivenInputs, readonly (readonly [string, string])[], string]>([
    ['github-token', 'git', { 'github-token': 'T0ken' }, [], 'GIT_AUTH_TOKEN.github.com'],
    [
      'the secret for all hosts',
      'https://git.example:8443/c.git',
      {},
      [['GIT_AUTH_TOKEN', 'T0ken']],
      'GIT_AUTH_TOKEN.git.example:8443',
    ],
    [
      'the secret of the host without its port',
      'https://git.example:8443/c.git',
      {},
      [['GIT_AUTH_TOKEN.git.example', 'T0ken']],
      'GIT_AUTH_TOKEN.git.example:8443',
    ],
  ])('has the token of %s as a secret of the host’s name', (_, context, inputs, secrets, id) => {
    const plan = cloned(context, inputs, secrets)
    const last = `secret-${secrets.length + 1}`
    expect(argsOf(plan)).toContain(`--secret=id=${id},src=/buildkit/build-secrets/${last}`)
    expect(plan.secrets.flatMap(dataOf)).toContainEqual([last, 'T0ken'])
    expect(JSON.stringify([plan.job, plan.contextMap, plan.notes])).not.toContain('T0ken')
    expect(podOf(plan).containers[0]?.['env']).toEqual([
      { name: 'DOCKER_CONFIG', value: '/buildkit/.docker' },
    ])
    expect(plan.secrets.map(({ metadata }) => metadata.name)).not.toContain('app-git-ab12c')
  })

  test('has one secret of the host’s name where that one is given', () => {
    const plan = cloned('https://git.example/c.git', {}, [['GIT_AUTH_TOKEN.git.example', 'T0ken']])
    expect(argsOf(plan).filter((word) => word.startsWith('--secret'))).toEqual([
      '--secret=id=GIT_AUTH_TOKEN.git.example,src=/buildkit/build-secrets/secret-1',
    ])
  })

  test('has the user’s token without what is around it, which BuildKit would send', () => {
    const plan = cloned('https://git.example/c.git', {}, [['GIT_AUTH_TOKEN.git.example', ' T0ken\n']])
    expect(plan.secrets.flatMap(dataOf)).toEqual([['secret-1', 'T0ken']])
  })

  test('has no token of GitHub’s for another host', () => {
    const plan = cloned('https://git.example/c.git', { 'github-token': 'T0ken' })
    expect(plan.secrets).toEqual([])
    expect(JSON.stringify(plan)).not.toMatch(/--secret|T0ken/)
  })

  test('is told with its submodules, which Kaniko leaves out', () => {
    const notes = cloned('git').notes.join('\n')
    expect(notes).toContain('known to the executor only')
    expect(notes).not.toContain('Submodules')
  })

  test('Kaniko has the same token in its environment, from a Secret of its own', () => {
    const request = requestOf({ tags: BUILDKIT.tags, context: 'git', 'github-token': 'T0ken' }, GITHUB)
    const plan = planOf({ tags: BUILDKIT.tags }, { request, context: fetched })
    expect(plan.secrets.map(({ metadata }) => metadata.name)).toEqual(['app-git-ab12c'])
    expect(argsOf(plan).join('\n')).not.toContain('--secret')
  })
})

describe('a token for further contexts that BuildKit clones', () => {
  const TOKENS = ['GIT_AUTH_TOKEN', 'GIT_AUTH_TOKEN.git.example']
  const secrets = new Map(TOKENS.map((id) => [id, Buffer.from('T0ken')]))
  const notes = (contexts: string) => planned({ 'build-contexts': contexts }, { secrets }).notes

  test.each(['https://git.example/c.git#v1', 'github.com/acme/app', 'git://git.example/c'])(
    'is of use although no RUN mounts it: %s',
    (address) => {
      expect(notes(`docs=./docs\na=${address}`)).toEqual([])
    },
  )

  test.each(['./docs', 'docker-image://alpine', 'https://h.example/a.tar.gz'])(
    'is of none where nothing is cloned: %s',
    (source) => {
      expect(notes(`a=${source}`)).toEqual(TOKENS.map((id) => containing(`The secret "${id}" is given`)))
    },
  )
})
