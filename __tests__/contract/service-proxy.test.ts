import { once } from 'node:events'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'

import type { ClusterSession } from '../../src/cluster/cluster-session.ts'
import { loadClusterConfig } from '../../src/cluster/kubeconfig.ts'
import { openClusterSession } from '../../src/cluster/session.ts'
import type { Confirmation, RegistryTrust } from '../../src/registry/confirmation.ts'
import { readBack } from '../../src/registry/read-back.ts'
import { type ServiceAddress, serviceOf } from '../../src/registry/service-proxy.ts'
import { never } from '../support/build-fixture.ts'
import { pathOf, RegistryServer } from '../support/registry-server.ts'

const HOST = 'registry.store.svc.cluster.local:5000'
const REPOSITORY = 'acme/app'
const PREFIX = '/api/v1/namespaces/store/services/registry:5000/proxy'
const PLAIN: RegistryTrust = {
  isInsecure: true,
  skipsVerification: false,
  authority: undefined,
  credentials: undefined,
}
const IMAGE = { schemaVersion: 2, config: { size: 100 }, layers: [{ size: 2000 }] }

let registry: RegistryServer
let api: http.Server
let session: ClusterSession
/** Paths and headers that the API server was asked for. */
let asked: http.IncomingMessage[]
/** What the API server says itself, instead of passing anything on. */
let refusal: { readonly status: number } | undefined
let digest: string

/** Passes on what is for the one Service, as the API server does; without what it has signed in with. */
const passing: http.RequestListener = (request, response) => {
  asked.push(request)
  const { url = '' } = request
  if (refusal !== undefined || !url.startsWith(PREFIX)) {
    const status = refusal?.status ?? 404
    response.writeHead(status).end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', code: status }))
    return
  }
  const headers = Object.entries(request.headers).filter(
    ([name]) => !['authorization', 'host'].includes(name),
  )
  const options = { headers: Object.fromEntries(headers) }
  http.get(registry.url + url.slice(PREFIX.length), options, (answer) => {
    response.writeHead(answer.statusCode ?? 0, answer.headers)
    answer.pipe(response)
  })
}

beforeEach(async () => {
  registry = await new RegistryServer().listen()
  digest = registry.push(REPOSITORY, '1', IMAGE)
  asked = []
  refusal = undefined
  api = http.createServer(passing).listen(0, '127.0.0.1')
  await once(api, 'listening')
  // A listening TCP server has this form of address.
  const server = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  const kubeconfig = JSON.stringify({
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 'token-of-the-runner' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  })
  const machine = { environment: {}, home: undefined, workspace: '/', serviceAccount: '/nowhere' }
  session = openClusterSession(await loadClusterConfig({ kubeconfig, kubeContext: undefined }, machine))
})
afterEach(async () => {
  session.close()
  api.closeAllConnections()
  api.close()
  await registry.close()
})

/** Asks for an image that the runner has no way to of its own. */
function ask(
  expected = digest,
  service: ServiceAddress | null = serviceOf(HOST, true) ?? null,
  trust: RegistryTrust = PLAIN,
): Promise<Confirmation> {
  return readBack({ registry: HOST, repository: REPOSITORY, tag: '1' }, expected, {
    trust,
    ...(service === null
      ? {}
      : { through: { service, passOn: (question, signal) => session.passOn(question, signal) } }),
    environment: {},
    signal: never(),
  })
}

describe('a registry that only the cluster reaches', () => {
  test('is read through the API server, byte for byte', async () => {
    expect(await ask()).toEqual({ kind: 'confirmed', bytes: 2100 })
    expect(asked.map(({ url }) => url)).toEqual([PREFIX + pathOf(REPOSITORY, '1')])
    expect(asked[0]?.headers['accept']).toContain('application/vnd.oci.image.index.v1+json')
  })

  test('gets nothing that the runner is signed in with at the cluster', async () => {
    await ask()
    expect(asked[0]?.headers['authorization']).toBe('Bearer token-of-the-runner')
    expect(registry.requests[0]?.authorization).toBeUndefined()
  })

  test('says that a tag is another image, and that there is no such digest', async () => {
    const tagDigest = registry.push(REPOSITORY, '1', { ...IMAGE, layers: [{ size: 7 }] })
    expect(await ask()).toEqual({ kind: 'moved', bytes: 2100, tagDigest })
    expect(await ask(`sha256:${'0'.repeat(64)}`)).toEqual({ kind: 'absent', tagDigest })
  })

  test.each([
    [403, 'the right to `get` `services/proxy` in namespace store is missing'],
    [404, 'there is no Service registry in namespace store'],
    [503, 'no pod of the Service registry in namespace store is ready'],
  ])('that the API server does not lead to is unknown, and why (%i)', async (status, why) => {
    refusal = { status }
    expect(await ask()).toEqual({
      kind: 'unknown',
      reason: expect.stringContaining(`through the API server: ${why}`) as unknown,
    })
  })

  test('that does not have the image says so itself', async () => {
    registry.fail(pathOf(REPOSITORY, '1'), { kind: 'answer', status: 404, body: '{"errors":[]}' })
    registry.fail(pathOf(REPOSITORY, digest), { kind: 'answer', status: 404, body: '{"errors":[]}' })
    expect(await ask()).toMatchObject({
      reason: expect.stringMatching(/through the API server: it does not show this tag/) as unknown,
    })
  })

  test('that wants credentials is told, and none are sent', async () => {
    registry.demand = { kind: 'basic', user: 'ann:secret-word' }
    const credentials = { username: 'ann', password: 'secret-word' }
    expect(await ask(digest, serviceOf(HOST, true) ?? null, { ...PLAIN, credentials })).toMatchObject({
      reason: expect.stringContaining('the API server passes none on') as unknown,
    })
    expect(asked.map(({ headers }) => headers['authorization'])).toEqual(['Bearer token-of-the-runner'])
  })

  test('is not asked through the API server where it is no Service', async () => {
    expect((await ask(digest, null)).kind).toBe('unknown')
    expect(asked).toEqual([])
  })
})

describe('a name of a registry', () => {
  const at = (port: number, scheme: 'http' | 'https' = 'http') => ({
    namespace: 'store',
    name: 'registry',
    port,
    scheme,
  })

  test.each([
    ['registry.store.svc.cluster.local:5000', true, at(5000)],
    ['registry.store.svc:5000', false, at(5000, 'https')],
    ['registry.store.svc', true, at(80)],
    ['registry.store.svc.corp.example', false, at(443, 'https')],
    ['ghcr.io', false, undefined],
    ['svc.example.com:5000', false, undefined],
    ['a.b.c.svc:5000', false, undefined],
    ['10.0.0.1:5000', true, undefined],
  ])('%s leads to its Service', (registry, isInsecure, service) => {
    expect(serviceOf(registry, isInsecure)).toEqual(service)
  })
})
