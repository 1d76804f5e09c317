import fc from 'fast-check'
import type { Failure } from '../../src/failure/failure.ts'
import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { cloudOf } from '../../src/plan/cloud-registry.ts'
import type { FoundCredentials } from '../../src/plan/registry-auth.ts'
import { planBuild, laterAttempt } from '../../src/plan/plan-build.ts'
import { registryConfig } from '../../src/plan/registry-secret.ts'
import { planLines } from '../../src/report/log-lines.ts'
import { containing, type GivenInputs, requestOf } from '../request/given.ts'
import { archiveOf, argsOf, contextMapOf, groundsOf, NOTHING_FOUND, planOf } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1', cache: 'false' }
const BOB = '- {registry: ghcr.io, username: bob, password: S3cretS3cret}'
const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') })

function docker(entries: Readonly<Record<string, string>>, helper?: string): FoundCredentials {
  const found = Object.entries(entries).map(([name, text]) => [name, { entry: auth(text), helper }] as const)
  return {
    ...NOTHING_FOUND,
    docker: { path: '~/.docker/config.json', state: 'read', entries: new Map(found) },
  }
}

/** What is sent, by key of the config. */
function sent(plan: BuildPlan): unknown {
  const config = registryConfig(plan.secrets)
  return config === undefined ? undefined : (JSON.parse(config) as { readonly auths: unknown }).auths
}

const from = (plan: BuildPlan) =>
  plan.credentials.map(({ registry, from }) => `${registry}: ${from ?? 'none'}`)
const from1 = (inputs: GivenInputs, found: FoundCredentials = NOTHING_FOUND) =>
  from(planOf(inputs, { found }))[0]

describe('credentials', () => {
  test('of `registries` come first, then the Docker config’s, registry by registry', () => {
    const plan = planOf(
      { tags: 'ghcr.io/a/b:1,acme/b:1,other.example/a/b:1', cache: 'false', registries: BOB },
      { found: docker({ 'ghcr.io': 'x:y', 'docker.io': 'acme:z' }) },
    )
    expect(sent(plan)).toEqual({
      'ghcr.io': auth('bob:S3cretS3cret'),
      'https://index.docker.io/v1/': auth('acme:z'),
    })
    expect(from(plan)).toEqual([
      'ghcr.io: `registries`',
      "docker.io: the runner's Docker config",
      'other.example: none',
    ])
    expect(plan.credentials.map(({ user }) => user)).toEqual(['bob', 'acme', undefined])
  })

  test('of registries that the build does not touch are not sent', () => {
    const registries = `${BOB}\n- {registry: secret.example, username: eve, password: OtherSecret}`
    const plan = planOf({ ...TAGS, registries })
    expect(sent(plan)).toEqual({ 'ghcr.io': auth('bob:S3cretS3cret') })
    expect(planOf({ ...TAGS, tags: 'acme/app:1', registries }).secrets).toEqual([])
  })

  test.each(['docker.io', 'index.docker.io', 'hub.docker.com', 'https://index.docker.io/v1/'])(
    'for Docker Hub named as %s are under the key that Kaniko looks for',
    (registry) => {
      const registries = `- {registry: "${registry}", username: bob, password: S3cretS3cret}`
      const plan = planOf({ tags: 'acme/app:1', registries })
      expect(sent(plan)).toEqual({ 'https://index.docker.io/v1/': auth('bob:S3cretS3cret') })
    },
  )

  test('for a private base image are sent too', () => {
    const archive = {
      ...archiveOf(),
      source: { path: 'Dockerfile', text: 'ARG R=base.example\nFROM ${R}/x:1\n' },
    }
    const registries = '- {registry: base.example, username: bob, password: S3cretS3cret}'
    const plan = planOf({ ...TAGS, registries }, { context: archive })
    expect(sent(plan)).toEqual({ 'base.example': auth('bob:S3cretS3cret') })
    expect(plan.credentials).toContainEqual(
      expect.objectContaining({ registry: 'base.example', uses: ['base images'] }),
    )
  })

  test('of a helper are told with its name', () => {
    expect(from1(TAGS, docker({ 'ghcr.io': 'x:y' }, 'docker-credential-pass'))).toBe(
      "ghcr.io: the runner's Docker config by docker-credential-pass",
    )
  })

  test('that are nowhere are told with where they were looked for', () => {
    const [one] = planOf({
      ...TAGS,
      registries: '- {registry: a.example, username: b, password: c}',
    }).credentials
    expect(one?.tried).toEqual([
      '`registries` (does not name it)',
      "the runner's Docker config (~/.docker/config.json does not exist)",
      '`registry-secret` (not given)',
    ])
  })
})

describe('registry-secret', () => {
  const inputs = { ...TAGS, namespace: 'builds', 'registry-secret': 'mine' }
  const refusal: Failure = { code: 'forbidden', headline: 'No.', details: [], cures: ['Ask.'] }
  const volumes = (plan: BuildPlan) => JSON.stringify(plan.job)
  const two = { ...inputs, tags: 'ghcr.io/a/b:1,acme/b:1', registries: BOB }

  test('is mounted as it is where nothing is to be joined with it', () => {
    const plan = planOf(inputs)
    expect(plan.secrets).toEqual([])
    expect(volumes(plan)).toContain('"secretName":"mine"')
    expect(from(plan)).toEqual(['ghcr.io: `registry-secret` mine, if it has some'])
    expect(volumes(laterAttempt(plan, 2))).toContain('"secretName":"mine"')
  })

  test('is joined with credentials from elsewhere, which come first', () => {
    const entries = new Map([
      ['ghcr.io', auth('x:y')],
      ['docker.io', auth('acme:z')],
      ['else.example', auth('n:n')],
    ])
    const plan = planOf(two, { found: { ...NOTHING_FOUND, secret: { kind: 'read', entries } } })
    expect(sent(plan)).toEqual({
      'ghcr.io': auth('bob:S3cretS3cret'),
      'https://index.docker.io/v1/': auth('acme:z'),
    })
    expect(volumes(plan)).not.toContain('"secretName":"mine"')
    expect(from(plan)).toEqual(['ghcr.io: `registries`', 'docker.io: `registry-secret` mine'])
  })

  test('that may not be read fails a build that names credentials as well', () => {
    const found: FoundCredentials = { ...NOTHING_FOUND, secret: { kind: 'refused', failure: refusal } }
    expect(planBuild(groundsOf(two, { found }))).toMatchObject({
      kind: 'failure',
      failure: {
        code: 'forbidden',
        details: [containing('must be read to be joined with `registries`')],
        cures: ['Ask.', containing('put all credentials into that Secret')],
      },
    })
  })

  test('that may not be read comes before a Docker config that nobody asked for', () => {
    const found: FoundCredentials = {
      ...docker({ 'ghcr.io': 'x:y' }),
      secret: { kind: 'refused', failure: refusal },
    }
    const plan = planOf({ ...two, registries: '', 'isolate-credentials': 'false' }, { found })
    expect(plan.secrets).toEqual([])
    expect(volumes(plan)).toContain('"secretName":"mine"')
    expect(plan.notes).toEqual([containing('are left out')])
  })
})

describe('the pod’s own identity', () => {
  test.each([
    ['123456789012.dkr.ecr.eu-central-1.amazonaws.com', 'Amazon ECR'],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', 'Amazon ECR'],
    ['public.ecr.aws', 'Amazon ECR'],
    ['europe-west1-docker.pkg.dev', 'Google Artifact Registry'],
    ['eu.gcr.io', 'Google Artifact Registry'],
    ['gcr.io', 'Google Artifact Registry'],
    ['acme.azurecr.io', 'Azure Container Registry'],
    ['azurecr.io.evil.example', undefined],
    ['evil-gcr.io', undefined],
    ['ghcr.io', undefined],
  ])('at %s is one of %s', (registry, cloud) => {
    expect(cloudOf(registry)).toBe(cloud)
  })

  test('is told with its service account, which the pod runs as', () => {
    const inputs = { tags: 'acme.azurecr.io/app:1', namespace: 'builds', 'service-account': 'builder' }
    const plan = planOf(inputs)
    expect(from(plan)).toEqual([
      "acme.azurecr.io: the pod's identity at Azure Container Registry, service account builder",
    ])
    expect(plan.job).toMatchObject({
      spec: {
        template: {
          metadata: { labels: { 'azure.workload.identity/use': 'true' } },
          spec: { serviceAccountName: 'builder', automountServiceAccountToken: false },
        },
      },
    })
  })
})

describe('the plan', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9"'\\$(){}:#@!*&|\n -]{12,40}$/).map((text) => `Zq${text}qZ`)

  test('has a password in the Secret’s data, and nowhere else', () => {
    fc.assert(
      fc.property(secret, (password) => {
        const inputs = {
          ...TAGS,
          tags: 'ghcr.io/acme/app:1,acme/app:1',
          registries: `- {registry: ghcr.io, username: bob, password: ${JSON.stringify(password)}}`,
        }
        const found = docker({ 'docker.io': `acme:${password}` })
        const plan = planOf(inputs, { found })
        expect(sent(plan)).toMatchObject({ 'ghcr.io': auth(`bob:${password}`) })
        const rest = { ...plan, secrets: plan.secrets.map((one) => ({ ...one, data: undefined })) }
        const request = requestOf(inputs)
        const facts = {
          serverTime: new Date(0),
          kubernetesVersion: undefined,
          server: 'x',
          userNamespaces: true,
          architectures: undefined,
          nodes: undefined,
        }
        const texts = [JSON.stringify(rest), ...argsOf(plan), ...planLines(request, plan, archiveOf(), facts)]
        for (const form of [password, JSON.stringify(password).slice(1, -1), auth(`bob:${password}`).auth]) {
          for (const text of texts) expect(text).not.toContain(form)
        }
      }),
    )
  })

  test('has a Secret of the build’s own, that does not change and only root can read', () => {
    const plan = planOf({ ...TAGS, registries: BOB, 'isolate-credentials': 'false' })
    expect(plan.secrets[0]).toMatchObject({
      kind: 'Secret',
      type: 'kubernetes.io/dockerconfigjson',
      immutable: true,
      metadata: { name: 'app-registry-ab12c', namespace: plan.namespace, labels: plan.job.metadata.labels },
    })
    expect(plan.job).toMatchObject({
      spec: {
        template: {
          spec: {
            volumes: [
              { name: 'context' },
              {
                name: 'credentials',
                secret: {
                  secretName: 'app-registry-ab12c',
                  defaultMode: 0o400,
                  items: [{ key: '.dockerconfigjson', path: 'config.json' }],
                },
              },
            ],
            containers: [
              { volumeMounts: [{}, { name: 'credentials', mountPath: '/kaniko/.docker', readOnly: true }] },
            ],
          },
        },
      },
    })
  })

  test('has other names for the second attempt, and mounts what has them', () => {
    const second = laterAttempt(planOf({ ...TAGS, registries: BOB, 'isolate-credentials': 'false' }), 2)
    expect(second.secrets[0]?.metadata.name).toBe('app-registry-2-ab12c')
    expect(JSON.stringify(second.job)).toContain('"secretName":"app-registry-2-ab12c"')
    expect(JSON.stringify(second.job)).not.toContain('app-registry-ab12c')
  })

  test('says whom to trust, and brings the certificates along beside the context', () => {
    const certificates = new Map([
      ['registry.example:5000', 'PEM 1'],
      ['docker.io', 'PEM 2'],
    ])
    const plan = planOf({ ...TAGS, 'skip-tls-verify-registries': 'test.example,docker.io' }, { certificates })
    expect(argsOf(plan).filter((one) => /certificate|tls/.test(one))).toEqual([
      '--skip-tls-verify-registry=test.example',
      '--skip-tls-verify-registry=index.docker.io',
      '--registry-certificate=registry.example:5000=/kaniko/certificates/authority-1.pem',
      '--registry-certificate=index.docker.io=/kaniko/certificates/authority-2.pem',
    ])
    expect(contextMapOf(plan)['data']).toEqual({ 'authority-1.pem': 'PEM 1', 'authority-2.pem': 'PEM 2' })
    const volumes = [
      { key: 'authority-1.pem', path: 'authority-1.pem' },
      { key: 'authority-2.pem', path: 'authority-2.pem' },
    ]
    expect(JSON.stringify(plan.job)).toContain(
      JSON.stringify({ name: 'certificates', configMap: { name: 'app-context-ab12c', items: volumes } }),
    )
    expect(JSON.stringify(laterAttempt(plan, 2).job)).not.toContain('app-context-ab12c')
  })
})

describe('the log', () => {
  const lines = (inputs: GivenInputs, found = NOTHING_FOUND) => {
    const facts = {
      serverTime: new Date(0),
      kubernetesVersion: undefined,
      server: 'x',
      userNamespaces: true,
      architectures: undefined,
      nodes: undefined,
    }
    return planLines(requestOf(inputs), planOf(inputs, { found }), archiveOf(), facts).filter((line) =>
      line.includes('credentials:'),
    )
  }

  test('tells them with each destination', () => {
    expect(lines({ tags: 'ghcr.io/a/b:1,acme/b:1', cache: 'false', registries: BOB })).toEqual([
      '  push       ghcr.io/a/b:1   credentials: `registries`',
      '             acme/b:1   credentials: none',
    ])
    expect(lines({ tags: 'ghcr.io/a/b:1,ghcr.io/a/b:2', cache: 'false', registries: BOB })).toEqual([
      '  push       ghcr.io/a/b:1   ghcr.io/a/b:2   credentials: `registries`',
    ])
  })

  test('tells them of registries that are read, where there are some', () => {
    const inputs = {
      ...TAGS,
      cache: 'true',
      'cache-repository': 'c.example/c',
      'registry-mirror': 'm.example',
    }
    expect(lines(inputs, docker({ 'c.example': 'x:y' }))).toEqual([
      '  push       ghcr.io/acme/app:1   credentials: none',
      "  registry   c.example (cache)   credentials: the runner's Docker config",
    ])
  })
})
