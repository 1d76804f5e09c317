import { placedIn } from '../../src/place-tags.ts'
import { IN_CLUSTER } from '../../src/request/cluster-registry.ts'
import { readRequest } from '../../src/request/read-request.ts'
import type { BuildRequest } from '../../src/request/build-request.ts'
import type { BuilderName } from '../../src/request/builder-choice.ts'

function reading(inputs: Readonly<Record<string, string>>, builder: BuilderName = 'kaniko') {
  return readRequest((name) => inputs[name], {}, builder)
}

function request(inputs: Readonly<Record<string, string>>): BuildRequest {
  const read = reading({ registry: 'in-cluster', tags: 'app:1', ...inputs })
  if (read.kind === 'problems') throw new Error(JSON.stringify(read.problems))
  // Read for Kaniko, which builds in the cluster.
  return read.request as BuildRequest
}

function problems(inputs: Readonly<Record<string, string>>, builder?: BuilderName): readonly string[] {
  const read = reading(inputs, builder)
  return read.kind === 'problems' ? read.problems.map(({ input, problem }) => `${input}: ${problem}`) : []
}

const FOUND = {
  registry: {
    namespace: 'hybrid-build-registry',
    service: 'registry',
    port: 5000,
    pushHost: 'registry.hybrid-build-registry.svc:5000',
    pullHost: 'localhost:30500',
  },
  credentials: undefined,
}

test.each([
  ['app:1', IN_CLUSTER, 'app'],
  ['team/app:1', IN_CLUSTER, 'team/app'],
  ['ghcr.io/acme/app:1', 'ghcr.io', 'acme/app'],
  ['docker.io/acme/app:1', 'docker.io', 'acme/app'],
  ['localhost:5000/app:1', 'localhost:5000', 'app'],
])('%s goes to %s', (tags, registry, repository) =>
  expect(request({ tags }).tags).toEqual([{ registry, repository, tag: '1' }]),
)

test('without the input such a tag is Docker Hub’s', () =>
  expect(request({ registry: '' }).tags[0]?.registry).toBe('docker.io'))

test('the cache lies beside the image, or in the repository that is named', () => {
  expect(request({}).cache).toMatchObject({ repository: { registry: IN_CLUSTER, repository: 'app/cache' } })
  expect(request({ 'cache-repository': 'layers' }).cache).toMatchObject({
    repository: { registry: IN_CLUSTER, repository: 'layers' },
  })
})

test('once the registry is known everything has its address, by plain HTTP', () => {
  const placed = placedIn(request({ tags: 'app:1,ghcr.io/acme/app:1' }), FOUND)
  expect(placed.tags.map(({ registry }) => registry)).toEqual([FOUND.registry.pushHost, 'ghcr.io'])
  expect(placed.cache).toMatchObject({ repository: { registry: FOUND.registry.pushHost } })
  expect(placed.insecureRegistries).toEqual([FOUND.registry.pushHost])
  expect(placed.registryAccess.credentials).toEqual([])
})

test('its credentials are beside those of others', () => {
  const credentials = { username: 'builder', password: 'secret-word' }
  const placed = placedIn(request({ registries: '- {registry: ghcr.io, username: a, password: b}' }), {
    ...FOUND,
    credentials,
  })
  expect(placed.registryAccess.credentials).toMatchObject([
    { registry: 'ghcr.io' },
    { registry: FOUND.registry.pushHost, ...credentials },
  ])
})

test('another namespace is named behind a slash', () => {
  expect(request({}).registryNamespace).toBe('hybrid-build-registry')
  expect(request({ registry: 'in-cluster/images' }).registryNamespace).toBe('images')
})

test.each(['ghcr.io', 'in-cluster/', 'in-cluster/a/b', 'in-cluster/A b'])('%s is refused', (registry) =>
  expect(problems({ registry, tags: 'app:1' })[0]).toMatch(/^registry: /),
)

test('builders of the runner, and templates, refuse it', () => {
  expect(problems({ registry: 'in-cluster', tags: 'app:1' }, 'docker')[0]).toMatch(/^registry: .*pods alone/)
  expect(problems({ registry: 'in-cluster', tags: 'app:1', mode: 'template' })[0]).toMatch(
    /^registry: .*template/,
  )
})

test('a name that is none is told as it was written', () =>
  expect(reading({ registry: 'in-cluster', tags: 'App:1' })).toMatchObject({
    problems: [{ input: 'tags', value: 'App:1' }],
  }))
