import type { ClusterSession } from '../../src/cluster/cluster-session.ts'
import { ActionError } from '../../src/failure/failure.ts'
import { credentialsSecret } from '../../src/storage/credentials.ts'
import { installationMap } from '../../src/storage/proved-ways.ts'
import { type ApiServer, startApiServer } from '../support/api-server.ts'
import { never, openSession } from '../support/build-fixture.ts'

const INSTALLATION = {
  namespace: 'hybrid-build-registry',
  service: 'registry',
  port: 5000,
  pushHost: 'registry.hybrid-build-registry.svc:5000',
  pullHost: 'localhost:30500',
  way: 'localhost',
  nodes: ['one'],
  hasCredentials: false,
} as const

let server: ApiServer
let session: ClusterSession

beforeEach(async () => {
  server = await startApiServer()
  session = await openSession(server)
})

afterEach(async () => {
  session.close()
  await server.close()
})

const read = (isKnown = false) => session.readClusterRegistry(INSTALLATION.namespace, () => isKnown, never())
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof ActionError ? error.failure : undefined),
  )

function putInstallation(hasCredentials: boolean): void {
  server.objects.put('configmaps', installationMap({ ...INSTALLATION, hasCredentials }))
}

function putSecret(password: string): void {
  const { stringData, ...secret } = credentialsSecret(
    INSTALLATION.namespace,
    [INSTALLATION.pushHost],
    password,
  )
  const texts = Object.entries(stringData as Readonly<Record<string, string>>)
  // As the API server gives them back.
  const data = Object.fromEntries(texts.map(([key, text]) => [key, Buffer.from(text).toString('base64')]))
  server.objects.put('secrets', { ...secret, data })
}

describe('the registry in the cluster', () => {
  test('is what its installation has stored', async () => {
    putInstallation(false)
    expect(await read()).toEqual({ registry: INSTALLATION, credentials: undefined })
    expect(server.said('get secrets')).toBe(0)
  })

  test('that is not there is told with the command that installs it', async () => {
    expect(await failureOf(read())).toMatchObject({
      code: 'registry-missing',
      cures: ['install it: hybrid-build registry install', expect.any(String)],
    })
  })

  test('that has proved nothing yet is none', async () => {
    const { data, ...map } = installationMap(INSTALLATION)
    server.objects.put('configmaps', { ...map, data: { ...(data as object), way: '' } })
    expect(await failureOf(read())).toMatchObject({ code: 'registry-missing' })
  })

  test('has its credentials from its Secret', async () => {
    putInstallation(true)
    putSecret('drawn-at-random')
    expect(await read()).toMatchObject({ credentials: { username: 'builder', password: 'drawn-at-random' } })
  })

  test('needs no right to the Secret where `registries` has the credentials', async () => {
    putInstallation(true)
    server.forbid('get secrets')
    expect(await read(true)).toMatchObject({ credentials: undefined })
    expect(await failureOf(read())).toMatchObject({
      code: 'forbidden',
      cures: [
        expect.stringContaining('the right to that one object'),
        expect.stringContaining('`registries`'),
      ],
      shell: expect.stringContaining('resourceNames: ["registry-credentials"]') as unknown,
    })
  })

  test('without its Secret says how it gets one', async () => {
    putInstallation(true)
    expect(await failureOf(read())).toMatchObject({ code: 'registry-missing' })
  })
})
