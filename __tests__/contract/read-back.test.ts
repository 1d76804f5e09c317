import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import type { Confirmation, RegistryCredentials, RegistryTrust } from '../../src/registry/confirmation.ts'
import { readBack } from '../../src/registry/read-back.ts'
import { never } from '../support/build-fixture.ts'
import { basic, pathOf, RegistryServer } from '../support/registry-server.ts'

const REPOSITORY = 'acme/app'
const TAG = pathOf(REPOSITORY, '1')
const USER: RegistryCredentials = { username: 'ann', password: 'pass:word' }
const image = (layers: readonly number[], config = 100) => ({
  schemaVersion: 2,
  config: { size: config },
  layers: layers.map((size) => ({ size })),
})

let registry: RegistryServer
let more: RegistryServer[] = []
let digest: string

beforeEach(async () => {
  registry = await new RegistryServer().listen()
  more = []
  digest = registry.push(REPOSITORY, '1', image([2000, 30]))
})
afterEach(() => Promise.all([registry, ...more].map((each) => each.close())))

async function ask(
  expected = digest,
  {
    credentials,
    signal = never(),
  }: { readonly credentials?: RegistryCredentials; readonly signal?: AbortSignal } = {},
): Promise<Confirmation> {
  return readBack({ registry: registry.host, repository: REPOSITORY, tag: '1' }, expected, {
    trust: { ...TRUST, isInsecure: true, credentials },
    environment: {},
    signal,
  })
}

const TRUST: RegistryTrust = {
  isInsecure: false,
  skipsVerification: false,
  authority: undefined,
  credentials: undefined,
}

const unknown = (reason: string | RegExp): unknown => ({
  kind: 'unknown',
  reason: expect.stringMatching(reason) as unknown,
})
const NEEDS_CREDENTIALS = unknown('wants credentials')

describe('an image that was pushed', () => {
  test('is confirmed by one request where the tag leads to its very bytes', async () => {
    expect(await ask()).toEqual({ kind: 'confirmed', bytes: 2130 })
    expect(registry.requests).toHaveLength(1)
    expect(registry.requests[0]?.accept).toContain('application/vnd.oci.image.index.v1+json')
  })

  test('is confirmed without a size where it is an index', async () => {
    digest = registry.push(REPOSITORY, '1', { schemaVersion: 2, manifests: [{ size: 500 }] })
    expect(await ask()).toEqual({ kind: 'confirmed', bytes: undefined })
  })

  test('is there under its digest where somebody else has pushed the tag meanwhile', async () => {
    const tagDigest = registry.push(REPOSITORY, '1', image([7]))
    expect(await ask()).toEqual({ kind: 'moved', bytes: 2130, tagDigest })
  })

  test('is not there where the report is false, after a second look', async () => {
    expect(await ask(`sha256:${'f0'.repeat(32)}`)).toEqual({ kind: 'absent', tagDigest: digest })
    expect(registry.requests.filter(({ path }) => path === TAG)).toHaveLength(2)
  })

  test('is confirmed where only the first look came too early', async () => {
    const late = image([1, 2, 3])
    const expected = new RegistryServer().push(REPOSITORY, '1', late)
    const asked = ask(expected)
    while (!registry.requests.some(({ path }) => path.endsWith(expected))) await new Promise(setImmediate)
    registry.push(REPOSITORY, '1', late)
    expect(await asked).toEqual({ kind: 'confirmed', bytes: 106 })
  })

  test.each([
    ['neither tag nor digest', ['1', 'digest']],
    ['no tag', ['1']],
  ])('is not said to be missing where the registry shows %s', async (_, hidden) => {
    for (const reference of hidden) {
      registry.fail(pathOf(REPOSITORY, reference === 'digest' ? digest : reference), {
        kind: 'answer',
        status: 404,
      })
    }
    expect(await ask()).toEqual(unknown('does not show this tag'))
  })

  test('is not confirmed by other bytes under its digest', async () => {
    registry.push(REPOSITORY, '1', image([7]))
    registry.fail(pathOf(REPOSITORY, digest), {
      kind: 'answer',
      status: 200,
      body: JSON.stringify(image([8])),
    })
    expect(await ask()).toEqual(unknown('other bytes'))
  })
})

describe('a registry that wants to know who asks', () => {
  test('gives a token to anybody, for pulling', async () => {
    registry.demand = { kind: 'bearer' }
    expect(await ask()).toEqual({ kind: 'confirmed', bytes: 2130 })
    const [first, token, second] = registry.requests
    expect([first?.authorization, token?.authorization, second?.authorization]).toEqual([
      undefined,
      undefined,
      'Bearer token-for-pulling',
    ])
    expect(Object.fromEntries(token?.query ?? [])).toEqual({
      service: 'registry, of tests',
      scope: 'repository:acme/app:pull',
    })
  })

  test('asks for a token once for several requests', async () => {
    registry.demand = { kind: 'bearer' }
    registry.push(REPOSITORY, '1', image([7]))
    expect((await ask()).kind).toBe('moved')
    expect(registry.requests.map(({ path }) => path)).toEqual([
      TAG,
      '/token',
      TAG,
      pathOf(REPOSITORY, digest),
    ])
  })

  test('gives a token to whom it knows', async () => {
    registry.demand = { kind: 'bearer', user: 'ann:pass:word' }
    expect(await ask(digest, { credentials: USER })).toMatchObject({ kind: 'confirmed' })
    expect(await ask()).toEqual(NEEDS_CREDENTIALS)
  })

  test('takes name and password, which nobody sends unasked', async () => {
    registry.demand = { kind: 'basic', user: 'ann:pass:word' }
    expect(await ask(digest, { credentials: USER })).toMatchObject({ kind: 'confirmed' })
    expect(registry.requests.map(({ authorization }) => authorization)).toEqual([
      undefined,
      basic('ann:pass:word'),
    ])
    expect(await ask()).toEqual(NEEDS_CREDENTIALS)
    expect(await ask(digest, { credentials: { ...USER, password: 'no' } })).toEqual(NEEDS_CREDENTIALS)
  })

  test.each([
    ['Bearer', 401],
    ['Negotiate', 401],
    ['', 401],
    ['', 403],
  ])('in a way that nobody knows, «%s», is left', async (challenge, status) => {
    registry.fail(TAG, { kind: 'answer', status, headers: { 'WWW-Authenticate': challenge } })
    expect(await ask(digest, { credentials: USER })).toEqual(NEEDS_CREDENTIALS)
  })

  test.each(['{}', 'no JSON', 'null', '{"token": 7}', '{"token": "a\\r\\nb: c"}'])(
    'and gives %s for a token is left',
    async (body) => {
      registry.demand = { kind: 'bearer' }
      registry.fail('/token', { kind: 'answer', status: 200, body })
      expect(await ask()).toEqual(NEEDS_CREDENTIALS)
    },
  )

  test('sends for a token only to where that is safe', async () => {
    for (const realm of ['ftp://example.com/token', 'no address', 'file:///etc/passwd']) {
      registry.demand = { kind: 'bearer', realm: realm === 'no address' ? 'http://' : realm }
      expect(await ask(digest, { credentials: USER })).toEqual(unknown('not safe'))
    }
  })
})

describe('a registry that redirects', () => {
  test('to another host is followed, without what authorizes', async () => {
    const other = await new RegistryServer().listen()
    more = [other]
    other.push(REPOSITORY, '1', image([2000, 30]))
    registry.demand = { kind: 'basic', user: 'ann:pass:word' }
    const asked = ask(digest, { credentials: USER })
    while (registry.requests.length === 0) await new Promise(setImmediate)
    registry.fail(TAG, { kind: 'answer', status: 307, headers: { Location: `${other.url}${TAG}` } })
    expect(await asked).toEqual({ kind: 'confirmed', bytes: 2130 })
    expect(registry.requests.at(-1)?.authorization).toBe(basic('ann:pass:word'))
    expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined])
  })

  test('without end is left', async () => {
    registry.fail(TAG, { kind: 'answer', status: 302, headers: { Location: TAG } })
    expect(await ask()).toEqual(unknown('redirects without end'))
    expect(registry.requests).toHaveLength(4)
  })
})

describe('a registry that gives no usable answer says nothing of the image', () => {
  test.each([
    ['an error', { kind: 'answer', status: 500 }, 'status 500'],
    ['a limit', { kind: 'answer', status: 429 }, 'no more requests'],
    ['a page', { kind: 'answer', status: 200, body: '<html>' }, 'no manifest'],
    [
      'another JSON',
      { kind: 'answer', status: 200, body: '{"schemaVersion": 2, "layers": []}' },
      'no manifest',
    ],
    [
      'sizes that are none',
      { kind: 'answer', status: 200, body: JSON.stringify(image([-1])) },
      'no manifest',
    ],
    ['an old form', { kind: 'answer', status: 200, body: '{"schemaVersion": 1}' }, 'no manifest'],
    ['a huge body', { kind: 'answer', status: 200, body: Buffer.alloc((4 << 20) + 1) }, 'too large'],
    ['a cut connection', { kind: 'reset' }, 'cut the connection'],
    ['half an answer', { kind: 'cut', afterBytes: 10 }, 'cut the connection'],
    ['no answer at all', { kind: 'hang' }, 'did not answer within 3 s'],
  ] as const)('%s', async (_, fault, reason) => {
    registry.fail(TAG, fault)
    expect(await ask()).toEqual(unknown(reason))
  })

  test('nobody there', async () => {
    const { host } = registry
    await registry.close()
    const gone = { registry: host, repository: REPOSITORY, tag: '1' }
    const options = { trust: { ...TRUST, isInsecure: true }, environment: {}, signal: never() }
    expect(await readBack(gone, digest, options)).toEqual(unknown('nothing answers'))
    registry = await new RegistryServer().listen()
  })

  test('a name that nobody knows', async () => {
    const options = { trust: TRUST, environment: {}, signal: never() }
    const image = { registry: 'registry.invalid', repository: REPOSITORY, tag: '1' }
    expect(await readBack(image, digest, options)).toEqual(unknown('its name'))
  })

  test('a step that is cancelled', async () => {
    registry.fail(TAG, { kind: 'hang' })
    const stop = new AbortController()
    const asked = ask(digest, { signal: stop.signal })
    while (registry.requests.length === 0) await new Promise(setImmediate)
    stop.abort()
    expect(await asked).toEqual(unknown('cancelled'))
  })
})

describe('TLS', () => {
  const trusted = getCACertificates()
  let tls: { readonly cert: string; readonly key: string }

  beforeAll(() => {
    const directory = mkdtempSync(join(tmpdir(), 'registry-'))
    const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
        .concat(['-subj', '/CN=registry', '-addext', 'subjectAltName=IP:127.0.0.1'])
        .concat(['-keyout', key, '-out', cert]),
      { stdio: 'ignore' },
    )
    tls = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
    rmSync(directory, { recursive: true })
  })
  afterEach(() => setDefaultCACertificates(trusted))

  async function askOverTls(
    before: (secure: RegistryServer) => void = () => undefined,
    trust: Partial<RegistryTrust> = {},
  ): Promise<Confirmation> {
    const secure = await new RegistryServer(tls).listen()
    more = [...more, secure]
    const expected = secure.push(REPOSITORY, '1', image([5]))
    before(secure)
    return readBack({ registry: secure.host, repository: REPOSITORY, tag: '1' }, expected, {
      trust: { ...TRUST, credentials: USER, ...trust },
      environment: {},
      signal: never(),
    })
  }

  test('is what every registry is spoken to over that is not named insecure', async () => {
    setDefaultCACertificates([tls.cert])
    expect(await askOverTls()).toEqual({ kind: 'confirmed', bytes: 105 })
    const options = { trust: TRUST, environment: {}, signal: never() }
    const plain = { registry: registry.host, repository: REPOSITORY, tag: '1' }
    expect((await readBack(plain, digest, options)).kind).toBe('unknown')
    expect(registry.requests).toEqual([])
  })

  test('is spoken to a registry whose authority is given, and to one whose certificate is not to be looked at', async () => {
    expect(await askOverTls(undefined, { authority: tls.cert })).toEqual({ kind: 'confirmed', bytes: 105 })
    expect(await askOverTls(undefined, { skipsVerification: true })).toEqual({
      kind: 'confirmed',
      bytes: 105,
    })
  })

  test('with a certificate that this runner does not trust says nothing of the image', async () => {
    expect(await askOverTls()).toEqual(unknown('does not trust its certificate'))
  })

  test('is never left for plain text, neither for a token nor by a redirect', async () => {
    setDefaultCACertificates([tls.cert])
    expect(
      await askOverTls((secure) => {
        secure.demand = { kind: 'bearer', realm: `${registry.url}/token` }
      }),
    ).toEqual(unknown('not safe'))
    await more[0]?.close()
    expect(
      await askOverTls((secure) =>
        secure.fail(TAG, { kind: 'answer', status: 307, headers: { Location: `${registry.url}${TAG}` } }),
      ),
    ).toEqual(unknown('not safe'))
    expect(registry.requests).toEqual([])
  })
})
