import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { configIn } from '../../src/plan/registry-secret.ts'
import type { FoundCredentials } from '../../src/plan/registry-auth.ts'
import type { GivenInputs } from '../request/given.ts'
import { laterAttempt, planBuild } from '../../src/plan/plan-build.ts'
import { archiveOf, groundsOf, NOTHING_FOUND, planOf } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }
const PUSHER = '- {registry: ghcr.io, username: bob, password: PUSH-PASSWORD}'
const READER = '- {registry: ghcr.io, username: eve, password: READ-PASSWORD, for: build}'
const OTHER = '- {registry: base.example, username: ann, password: BASE-PASSWORD}'
const FROM_OTHER = { context: from('base.example/os:1') }
const FROM_SAME = { context: from('ghcr.io/acme/base:1') }

function from(image: string) {
  return { ...archiveOf(), source: { path: 'Dockerfile', text: `FROM ${image}\n` } }
}

interface Container {
  readonly name: string
  readonly args?: readonly string[]
  readonly securityContext: object
  readonly volumeMounts: readonly {
    readonly name: string
    readonly mountPath: string
    readonly readOnly?: boolean
  }[]
}

interface PodSpec {
  readonly initContainers?: readonly Container[]
  readonly containers: readonly Container[]
  readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[]
}

/** The shape that build-job.ts and push-container.ts make. */
const podOf = (plan: BuildPlan): PodSpec =>
  (plan.job['spec'] as { readonly template: { readonly spec: PodSpec } }).template.spec

/** What a container can read of registry credentials: the contents of the Secrets that it mounts, or their names. */
function seenBy(plan: BuildPlan, name: string): string {
  const { initContainers = [], containers, volumes } = podOf(plan)
  const container = [...initContainers, ...containers].find((one) => one.name === name)
  const secrets = (container?.volumeMounts ?? []).flatMap(
    (mount) => volumes.find((volume) => volume.name === mount.name)?.secret?.secretName ?? [],
  )
  const contents = secrets.map((secret) => {
    const sent = plan.secrets.find(({ metadata }) => metadata.name === secret)
    const config = sent && configIn(sent)
    if (config === undefined) return secret
    const { auths } = JSON.parse(config) as { readonly auths: Record<string, { readonly auth: string }> }
    return Object.values(auths)
      .map(({ auth }) => Buffer.from(auth, 'base64').toString())
      .join(' ')
  })
  return contents.join(' ')
}

const docker = (...registries: readonly string[]): FoundCredentials => ({
  ...NOTHING_FOUND,
  docker: {
    path: '~/.docker/config.json',
    state: 'read',
    entries: new Map(
      registries.map((registry) => [
        registry,
        { entry: { auth: Buffer.from(`bob:${registry}-PASSWORD`).toString('base64') }, helper: undefined },
      ]),
    ),
  },
})

describe('with `auto`', () => {
  const WITHOUT_CACHE = { ...TAGS, cache: 'false', registries: PUSHER }

  test.each<readonly [string, GivenInputs, object]>([
    ['nobody is signed in', { ...TAGS, cache: 'false' }, {}],
    ['nothing is pushed', { ...WITHOUT_CACHE, push: 'false' }, {}],
    ['the cache is in the registry that is pushed to', { ...TAGS, registries: PUSHER }, {}],
    ['base images are in the registry that is pushed to', WITHOUT_CACHE, FROM_SAME],
    [
      'one Secret is for all',
      { ...TAGS, cache: 'false', namespace: 'ci', 'registry-secret': 's' },
      FROM_OTHER,
    ],
    ['BuildKit builds', { ...WITHOUT_CACHE, builder: 'buildkit', 'allow-privileged': 'true' }, {}],
    ['it is switched off', { ...WITHOUT_CACHE, 'isolate-credentials': 'false' }, {}],
  ])('one container does both where %s', (_, inputs, more) => {
    const plan = planOf(inputs, more)
    expect(plan.pushContainer).toBeUndefined()
    expect(podOf(plan)).not.toHaveProperty('initContainers')
  })

  test.each<readonly [string, GivenInputs, object]>([
    ['the build has no cache', WITHOUT_CACHE, {}],
    ['base images come from elsewhere', { ...WITHOUT_CACHE, registries: `${PUSHER}\n${OTHER}` }, FROM_OTHER],
    ['the cache is elsewhere', { ...TAGS, registries: PUSHER, 'cache-repository': 'base.example/c' }, {}],
    ['the build has credentials of its own', { ...TAGS, registries: `${PUSHER}\n${READER}` }, FROM_SAME],
    ['the runner is signed in', { ...TAGS, cache: 'false' }, { found: docker('ghcr.io') }],
    [
      'the Secret is for pushing alone',
      { ...TAGS, cache: 'false', namespace: 'ci', 'registry-secret': 's' },
      {},
    ],
  ])('another container pushes where %s', (_, inputs, more) => {
    expect(planOf(inputs, more).pushContainer).toBe('push')
  })

  test('a build that is not pushed has the user who reads', () => {
    const plan = planOf({ ...TAGS, push: 'false', registries: `${PUSHER}\n${READER}` }, FROM_SAME)
    expect(seenBy(plan, 'kaniko')).toBe('eve:READ-PASSWORD')
  })

  test('says why not, and how', () => {
    expect(planOf({ ...TAGS, registries: PUSHER }).notes).toEqual([
      'A RUN can read the credentials that push, because the build has its cache in ghcr.io too. `isolate-credentials: true` keeps them from it.',
    ])
  })
})

describe('with `true`', () => {
  const ISOLATED = { ...TAGS, 'isolate-credentials': 'true' }

  test.each<readonly [string, GivenInputs, object, string, string]>([
    ['of `registries`', { ...ISOLATED, registries: PUSHER }, FROM_SAME, '', 'bob:PUSH-PASSWORD'],
    [
      'of registries that are not pushed to',
      { ...ISOLATED, registries: `${PUSHER}\n${OTHER}` },
      FROM_OTHER,
      'ann:BASE-PASSWORD',
      'bob:PUSH-PASSWORD',
    ],
    [
      'that are named for the build',
      { ...ISOLATED, registries: `${PUSHER}\n${READER}` },
      FROM_SAME,
      'eve:READ-PASSWORD',
      'bob:PUSH-PASSWORD',
    ],
    ['of the runner', ISOLATED, { found: docker('ghcr.io') }, '', 'bob:ghcr.io-PASSWORD'],
    ['in a Secret', { ...ISOLATED, namespace: 'ci', 'registry-secret': 'mine' }, FROM_OTHER, '', 'mine'],
    [
      'in a Secret beside others',
      { ...ISOLATED, namespace: 'ci', 'registry-secret': 'mine', registries: OTHER },
      FROM_OTHER,
      'ann:BASE-PASSWORD',
      'mine',
    ],
    ['of a build that is not pushed', { ...ISOLATED, push: 'false', registries: PUSHER }, FROM_SAME, '', ''],
  ])('credentials %s are where they belong', (_, inputs, more, build, push) => {
    const plan = planOf(inputs, more)
    expect([seenBy(plan, 'kaniko'), seenBy(plan, 'push')]).toEqual([build, push])
  })

  test('what pushes is in no argument and no variable of the container that builds', () => {
    const text = JSON.stringify(podOf(planOf({ ...ISOLATED, registries: PUSHER })).initContainers)
    expect(text).not.toContain('PUSH-PASSWORD')
    expect(text).not.toContain('app-push')
    expect(text).not.toContain('--destination')
    expect(text).toContain('--no-push')
  })

  test('the one that pushes can do nothing else', () => {
    const { containers } = podOf(planOf({ ...ISOLATED, registries: PUSHER }))
    expect(containers).toHaveLength(1)
    expect(containers[0]).toMatchObject({
      name: 'push',
      args: ['push', '/kaniko/layout', '--destination=ghcr.io/acme/app:1', '--push-retry=3'],
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      volumeMounts: [
        { name: 'layout', mountPath: '/kaniko/layout', readOnly: true },
        { name: 'push-credentials', mountPath: '/kaniko/.docker', readOnly: true },
      ],
    })
  })

  test('it trusts registries as the build does, and has the user’s flags about pushing', () => {
    const plan = planOf(
      {
        ...ISOLATED,
        registries: PUSHER,
        'insecure-registries': 'plain.example:5000',
        'skip-tls-verify-registries': 'odd.example',
        'kaniko-args': '--skip-push-permission-check\n--ignore-path=/tmp\n--insecure-pull',
      },
      { certificates: new Map([['ghcr.io', 'PEM']]) },
    )
    const [push] = podOf(plan).containers
    expect(push?.args?.slice(2)).toEqual([
      '--destination=ghcr.io/acme/app:1',
      '--push-retry=3',
      '--insecure-registry=plain.example:5000',
      '--skip-tls-verify-registry=odd.example',
      '--registry-certificate=ghcr.io=/kaniko/certificates/authority-1.pem',
      '--skip-push-permission-check',
    ])
    expect(push?.volumeMounts.map(({ name }) => name)).toContain('certificates')
    expect(podOf(plan).volumes.filter(({ name }) => name === 'certificates')).toHaveLength(1)
  })

  test('the cache that only what pushes could read is off, and the log says so', () => {
    const plan = planOf({ ...ISOLATED, registries: PUSHER })
    expect(podOf(plan).initContainers?.[0]?.args).toContain('--cache=false')
    expect(plan.usesCache).toBe(false)
    expect(plan.notes).toContainEqual(expect.stringContaining('The layer cache is off: ghcr.io is pushed to'))
  })

  test.each<readonly [string, GivenInputs]>([
    ['with credentials of its own', { ...ISOLATED, registries: `${PUSHER}\n${READER}` }],
    ['where nobody has credentials', ISOLATED],
    ['elsewhere', { ...ISOLATED, registries: PUSHER, 'cache-repository': 'cache.example/c' }],
  ])('a cache %s stays', (_, inputs) => {
    expect(planOf(inputs).usesCache).toBe(true)
  })

  test('an image that the runner gets as a layout is what is pushed', () => {
    const plan = planOf({ ...ISOLATED, registries: PUSHER, outputs: 'type=oci,dest=image.tar' })
    const { initContainers = [], containers } = podOf(plan)
    expect(initContainers[0]?.args?.filter((one) => one.startsWith('--oci-layout-path'))).toEqual([
      '--oci-layout-path=/kaniko/image-files/oci',
    ])
    expect(containers.map(({ name, args }) => [name, args?.[1]])).toEqual([
      ['push', '/kaniko/image-files/oci'],
      ['image-helper', undefined],
    ])
  })

  test('a pod template reaches the container that builds', () => {
    const plan = planOf({
      ...ISOLATED,
      registries: PUSHER,
      'pod-template': 'spec: {containers: [{name: kaniko, env: [{name: GOPROXY, value: x}]}]}',
    })
    expect(JSON.stringify(podOf(plan).initContainers)).toContain('GOPROXY')
    expect(JSON.stringify(podOf(plan).containers)).not.toContain('GOPROXY')
  })

  test('a later attempt has Secrets of its own', () => {
    const first = planOf({ ...ISOLATED, registries: `${PUSHER}\n${READER}` })
    const later = laterAttempt(first, 2)
    expect(JSON.stringify(later)).not.toContain('app-push-ab12c')
    expect(seenBy(later, 'push')).toBe('bob:PUSH-PASSWORD')
    expect(seenBy(later, 'kaniko')).toBe('eve:READ-PASSWORD')
  })

  test('rootless BuildKit, which has no walls, is refused', () => {
    const given = { ...ISOLATED, builder: 'buildkit', 'allow-privileged': 'true' }
    expect(planBuild(groundsOf(given))).not.toHaveProperty('failure')
    expect(planBuild(groundsOf({ ...given, 'user-namespace': 'false' }))).toMatchObject({
      kind: 'failure',
      failure: { code: 'input', cures: [expect.stringContaining('kaniko'), expect.anything()] },
    })
  })

  test('an identity of the pod cannot be kept from it, which is said', () => {
    const { notes } = planOf({ ...ISOLATED, registries: PUSHER, namespace: 'ci', 'service-account': 'cloud' })
    expect(notes).toContainEqual(expect.stringContaining('service account cloud'))
  })
})
