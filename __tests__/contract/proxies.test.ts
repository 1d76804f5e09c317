import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import type { CreatedBuild } from '../../src/cluster/cluster-session.ts'
import { loadClusterConfig } from '../../src/cluster/kubeconfig.ts'
import { secretsOf } from '../../src/cluster/kubeconfig-secrets.ts'
import { ActionError } from '../../src/failure/failure.ts'
import type { Failure } from '../../src/failure/failure.ts'
import { readBack } from '../../src/registry/read-back.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { never, openSession } from '../support/build-fixture.ts'
import { selfSigned } from '../support/certificate.ts'
import { startProxy } from '../support/http-proxy.ts'
import type { HttpProxy, HttpProxyOptions } from '../support/http-proxy.ts'
import { RegistryServer } from '../support/registry-server.ts'

type Variables = Readonly<Record<string, string>>

const TLS = selfSigned()
/** Nobody knows this name: what arrives has come through the proxy. */
const SERVER = 'cluster.invalid:6443'

let server: ApiServer
let proxy: HttpProxy

beforeEach(async () => {
  server = await startApiServer({ tls: TLS })
  proxy = await startProxy(target())
})
afterEach(async () => {
  proxy.close()
  await server.close()
})

function target(): HttpProxyOptions {
  return { target: { host: '127.0.0.1', port: Number(new URL(server.url).port) } }
}

const kubeconfig = (proxyUrl?: string): string =>
  server
    .kubeconfig()
    .replace(server.url, `https://${SERVER}`)
    .replace('"insecure', `${proxyUrl === undefined ? '' : `"proxy-url":"${proxyUrl}",`}"insecure`)

async function survey(environment: Variables, text = kubeconfig()): Promise<string | undefined> {
  const session = await openSession(server, text, 100, environment)
  try {
    return (await session.survey(never())).kubernetesVersion
  } finally {
    session.close()
  }
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.catch((reason: unknown) => reason)
  if (error instanceof ActionError) return error.failure
  throw new Error('an ActionError was expected')
}

describe('the API server is reached through', () => {
  test.each<[string, () => Variables]>([
    ['HTTPS_PROXY', () => ({ HTTPS_PROXY: `http://${proxy.address}` })],
    ['https_proxy, without a protocol', () => ({ https_proxy: proxy.address })],
  ])('%s', async (_, environment) => {
    expect(await survey(environment())).toBe('v1.34.4')
    expect(new Set(proxy.seen)).toEqual(new Set([`CONNECT ${SERVER}`]))
  })

  test('as few connections as without a proxy', async () => {
    const session = await openSession(server, kubeconfig(), 100, { HTTPS_PROXY: proxy.address })
    for (let time = 0; time < 4; time++) await session.survey(never())
    session.close()
    expect(proxy.seen.length).toBeLessThanOrEqual(2)
  })

  test("the kubeconfig's `proxy-url`, whatever the environment says", async () => {
    const environment = { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' }
    expect(await survey(environment, kubeconfig(`http://${proxy.address}`))).toBe('v1.34.4')
    expect(proxy.seen).toContain(`CONNECT ${SERVER}`)
  })

  test('a proxy that wants a user and a password', async () => {
    await survey({ HTTPS_PROXY: `http://ann:s3cret%40word@${proxy.address}` })
    const basic = `Basic ${Buffer.from('ann:s3cret@word').toString('base64')}`
    expect(new Set(proxy.authorizations)).toEqual(new Set([basic]))
  })

  test('a proxy that is spoken to over TLS', async () => {
    const trusted = getCACertificates()
    setDefaultCACertificates([TLS.cert])
    const secure = await startProxy({ ...target(), tls: TLS })
    try {
      expect(await survey({ HTTPS_PROXY: `https://${secure.address}` })).toBe('v1.34.4')
      expect(secure.seen).toContain(`CONNECT ${SERVER}`)
    } finally {
      secure.close()
      setDefaultCACertificates(trusted)
    }
  })

  test('no proxy where NO_PROXY excepts it', async () => {
    const environment = { HTTPS_PROXY: `http://${proxy.address}`, NO_PROXY: 'invalid' }
    const failure = await failureOf(survey(environment))
    expect(failure.headline).toContain('its name')
    expect(proxy.seen).toEqual([])
  })

  test('for WebSockets too, whole', async () => {
    const build: CreatedBuild = {
      ...{ namespace: 'ci', jobName: 'app', jobUid: 'uid-1', random: 'x7k2p', container: 'kaniko' },
      ...{ warnings: [], mayViolate: undefined },
    }
    const content = Buffer.alloc(1_000_000, 'x')
    const session = await openSession(server, kubeconfig(), 1, { HTTPS_PROXY: `http://${proxy.address}` })
    const open = async function* () {
      await Promise.resolve()
      yield content
    }
    const delivering = { started: Promise.resolve(), onArrival: () => undefined }
    const end = await session.deliverContext(build, 'app-pod', open, delivering, never())
    session.close()
    expect(end).toEqual({ kind: 'arrived' })
    expect(server.attaching.attached.map(({ input }) => input.equals(content))).toEqual([true])
    expect(proxy.seen).toEqual([`CONNECT ${SERVER}`])
  })
})

describe('a proxy that does not let the action through', () => {
  test.each<[number, string, RegExp, RegExp]>([
    [407, '', /wants to know who asks for the cluster at cluster\.invalid:6443 \(407\)/, /USER:PASSWORD/],
    [407, 'ann:s3cret-word@', /does not accept its user and password \(407\)/, /escaped/],
    [403, '', /lets nobody connect to the cluster at cluster\.invalid:6443 \(403\)/, /allow CONNECT/],
    [502, '', /does not reach the cluster at cluster\.invalid:6443 \(502\)/, /address in the kubeconfig/],
    [405, '', /answered 405 to a CONNECT/, /port/],
  ])('is told by its address: %s %s', async (status, user, headline, cure) => {
    proxy.refuseWith(status)
    const failure = await failureOf(survey({ HTTPS_PROXY: `http://${user}${proxy.address}` }))
    expect(failure.code).toBe('cluster-unreachable')
    expect(failure.headline).toMatch(headline)
    expect(failure.headline).toContain(`The proxy ${proxy.address} ($HTTPS_PROXY)`)
    expect(failure.cures.join('\n')).toMatch(cure)
    expect(failure.cures.join('\n')).toContain('add cluster.invalid to NO_PROXY')
    expect(JSON.stringify(failure)).not.toContain('s3cret')
  })

  test('is told if nothing listens there', async () => {
    const failure = await failureOf(survey({}, kubeconfig('http://ann:s3cret@127.0.0.1:1')))
    expect(failure.headline).toBe(
      "The cluster at cluster.invalid:6443 cannot be reached through the proxy 127.0.0.1:1 (the kubeconfig's `proxy-url`): nothing listens there.",
    )
    expect(JSON.stringify(failure)).not.toContain('s3cret')
  })

  test('is asked again while what is behind it restarts', async () => {
    proxy.refuseWith(503)
    const asked = survey({ HTTPS_PROXY: `http://${proxy.address}` })
    while (proxy.seen.length === 0) await new Promise(setImmediate)
    proxy.refuseWith(undefined)
    expect(await asked).toBe('v1.34.4')
  })

  test('is told, without its password, if it is no address', async () => {
    const failure = await failureOf(survey({ HTTPS_PROXY: 'ftp://ann:s3cret@proxy' }))
    expect(failure.headline).toContain('$HTTPS_PROXY is no address of one')
    expect(JSON.stringify(failure)).not.toContain('s3cret')
  })
})

test('the password of a proxy is hidden from the log, in every form', async () => {
  const machine = { environment: {}, home: undefined, workspace: '/', serviceAccount: '/nowhere' }
  const choice = { kubeconfig: kubeconfig('http://ann:s3cret%40word@proxy:3128'), kubeContext: undefined }
  expect(secretsOf(await loadClusterConfig(choice, machine))).toEqual(
    expect.arrayContaining(['s3cret%40word', 's3cret@word']),
  )
})

test('registries are asked through HTTP_PROXY, but for what NO_PROXY excepts', async () => {
  const registry = await new RegistryServer().listen()
  const port = Number(registry.host.split(':').at(-1))
  const way = await startProxy({ target: { host: '127.0.0.1', port } })
  const ask = (environment: Variables) =>
    readBack({ registry: 'registry.invalid', repository: 'team/app', tag: '1' }, `sha256:${'0'.repeat(64)}`, {
      trust: { credentials: undefined, isInsecure: true, skipsVerification: false, authority: undefined },
      environment,
      signal: never(),
    })
  try {
    await ask({ HTTP_PROXY: way.address })
    expect(way.seen[0]).toMatch(/^GET http:\/\/registry\.invalid\/v2\//)
    const times = way.seen.length
    const direct = await ask({ HTTP_PROXY: way.address, NO_PROXY: 'invalid' })
    expect(direct).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('name') as unknown })
    expect(way.seen).toHaveLength(times)
  } finally {
    way.close()
    await registry.close()
  }
})
