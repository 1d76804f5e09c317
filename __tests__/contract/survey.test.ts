import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ActionError } from '../../src/failure/failure.ts'
import type { Failure } from '../../src/failure/failure.ts'
import type { Fault } from '../support/api-faults.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { never, openSession } from '../support/build-fixture.ts'

let server: ApiServer

afterEach(() => server.close())

async function survey(kubeconfig?: string) {
  const session = await openSession(server, kubeconfig ?? server.kubeconfig(), 20)
  try {
    return await session.survey(never())
  } finally {
    session.close()
  }
}

const failureOf = (promise: Promise<unknown>): Promise<Failure | undefined> =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof ActionError ? error.failure : undefined),
  )

interface NodeTraits {
  readonly userNamespaces?: boolean
  readonly architecture?: string
  readonly unschedulable?: boolean
  readonly system?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly allocatable?: Readonly<Record<string, string>>
  readonly taints?: readonly object[]
}

function putNode(name: string, traits: NodeTraits): void {
  const { userNamespaces = true, architecture = 'amd64', unschedulable = false, system = 'linux' } = traits
  const { labels = {}, allocatable = { cpu: '4' }, taints } = traits
  server.objects.put('nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: { unschedulable, ...(taints === undefined ? {} : { taints }) },
    status: {
      allocatable,
      nodeInfo: { architecture, operatingSystem: system },
      runtimeHandlers: [
        { name: 'other', features: { userNamespaces: true } },
        { name: '', features: { userNamespaces } },
      ],
    },
  })
}

describe('surveying a cluster', () => {
  beforeEach(async () => {
    server = await startApiServer()
  })

  test("tells its version, address and clock: the server's, not this machine's", async () => {
    server.clock = new Date('2031-05-06T07:08:09Z')

    expect(await survey()).toMatchObject({
      kubernetesVersion: 'v1.34.4',
      server: new URL(server.url).host,
      serverTime: new Date('2031-05-06T07:08:09Z'),
    })
  })

  test.each<[string, readonly NodeTraits[], boolean, readonly string[]]>([
    ['all can', [{}, { architecture: 'arm64' }], true, ['amd64', 'arm64']],
    ['one cannot', [{}, { userNamespaces: false }], false, ['amd64', 'amd64']],
    ['only a cordoned one cannot', [{}, { userNamespaces: false, unschedulable: true }], true, ['amd64']],
    ['only a Windows one cannot', [{}, { userNamespaces: false, system: 'windows' }], true, ['amd64']],
    ['there are none', [], false, []],
  ])('knows whether nodes run user namespaces: %s', async (_, nodes, expected, architectures) => {
    nodes.forEach((traits, index) => putNode(`node-${index}`, traits))
    const facts = await survey()

    expect(facts.userNamespaces).toBe(expected)
    expect([...(facts.architectures?.values() ?? [])]).toEqual(architectures)
  })

  test('knows labels, taints and sizes of all Linux nodes, of cordoned ones too', async () => {
    const taint = { key: 'reserved', value: 'gpu', effect: 'NoSchedule' }
    putNode('node-1', { labels: { zone: 'a' }, allocatable: { cpu: '3920m', memory: '15Gi', pods: '110' } })
    putNode('node-2', { unschedulable: true, taints: [taint] })
    putNode('node-3', { system: 'windows' })

    expect((await survey()).nodes).toEqual([
      {
        name: 'node-1',
        labels: { zone: 'a' },
        taints: [],
        allocatable: { cpu: '3920m', memory: '15Gi', pods: '110' },
      },
      { name: 'node-2', labels: {}, taints: [taint], allocatable: { cpu: '4' } },
    ])
  })

  test('does not take a first page of nodes for all of them', async () => {
    putNode('node-1', {})
    server.nextPage = 'token-of-the-second-page'

    expect(await survey()).toMatchObject({ userNamespaces: true, nodes: undefined })
  })

  test('does without nodes where they may not be read', async () => {
    server.forbid('list nodes')

    expect(await survey()).toMatchObject({
      userNamespaces: undefined,
      architectures: undefined,
      nodes: undefined,
    })
  })

  test.each<[string, Fault]>([
    ['are refused for the moment', { kind: 'status', status: 503, retryAfter: 1 }],
    ['never come', { kind: 'hang' }],
  ])('does without nodes that %s: they are asked for once', async (_, fault) => {
    putNode('node-1', {})
    server.fail({ path: /nodes$/ }, fault)

    expect(await survey()).toMatchObject({ userNamespaces: undefined, architectures: undefined })
    expect(server.said('list nodes')).toBe(1)
  })

  test.each<[string, Fault]>([
    ['refuses for the moment', { kind: 'status', status: 503, retryAfter: 1 }],
    ['breaks the connection', { kind: 'reset' }],
    ['cuts its answer', { kind: 'cut', afterBytes: 5 }],
    ['is cut off behind a proxy that ends the answer in order', { kind: 'end', afterBytes: 5 }],
  ])('tries again when the server %s', async (_, fault) => {
    server.fail({ path: /version/ }, fault, 2)

    expect((await survey()).kubernetesVersion).toBe('v1.34.4')
  })

  test('tells of credentials that are refused, after having tried fresh ones', async () => {
    server.tokens = ['another']
    const failure = await failureOf(survey())

    expect(failure).toMatchObject({ code: 'unauthorized' })
    expect(JSON.stringify(failure)).not.toContain('test-token')
    expect(server.requests.filter(({ path }) => path === '/version')).toHaveLength(2)
  })

  test('tells of an address where nothing listens', async () => {
    const kubeconfig = server.kubeconfig()
    await server.close()
    const failure = await failureOf(survey(kubeconfig))
    server = await startApiServer()

    expect(failure).toMatchObject({ code: 'cluster-unreachable' })
    expect(failure?.headline).toMatch(
      /^The cluster at 127\.0\.0\.1:\d+ cannot be reached: nothing listens there\.$/,
    )
  })

  test('tells of a name that nobody knows', async () => {
    const kubeconfig = server.kubeconfig().replace('127.0.0.1', 'cluster.invalid')

    expect(await failureOf(survey(kubeconfig))).toMatchObject({ code: 'cluster-unreachable' })
  })

  test('tells of an address that speaks no TLS', async () => {
    const kubeconfig = server.kubeconfig().replace('http:', 'https:')

    expect(await failureOf(survey(kubeconfig))).toMatchObject({ code: 'cluster-unreachable' })
  })

  test('tells of an address that speaks no HTTP', async () => {
    const chatter = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.resume()
      socket.end('220 mail.example.com ESMTP\r\n')
    })
    await new Promise<void>((resolve) => chatter.listen(0, '127.0.0.1', resolve))
    // A listening TCP server has this form of address.
    const { port } = chatter.address() as AddressInfo
    const failure = await failureOf(
      survey(server.kubeconfig().replace(server.url, `http://127.0.0.1:${port}`)),
    )
    await new Promise((resolve) => chatter.close(resolve))

    expect(failure).toMatchObject({ code: 'cluster-unreachable' })
  })
})

describe('the architecture of one node', () => {
  beforeEach(async () => {
    server = await startApiServer()
  })

  async function architectureOf(node: string, signal = never()): Promise<string | undefined> {
    const session = await openSession(server)
    try {
      return await session.architectureOf(node, signal)
    } finally {
      session.close()
    }
  }

  test('is read from that node', async () => {
    putNode('node-1', {})
    putNode('node-2', { architecture: 'arm64' })

    expect(await architectureOf('node-2')).toBe('arm64')
    expect(server.requests.map(({ what, path }) => `${what} ${path}`)).toEqual([
      'get nodes /api/v1/nodes/node-2',
    ])
  })

  test.each<[string, () => void]>([
    ['the node may not be read', () => server.forbid('get nodes')],
    ['the node is gone', () => server.objects.remove('nodes', '', 'node-1')],
    ['the connection breaks', () => server.fail({ path: /nodes/ }, { kind: 'reset' })],
    ['the server hangs', () => server.fail({ path: /nodes/ }, { kind: 'hang' })],
    ['the credentials are refused', () => void (server.tokens = [])],
  ])('is unknown when %s', async (_, trouble) => {
    putNode('node-1', {})
    trouble()

    expect(await architectureOf('node-1')).toBeUndefined()
  })

  test('is unknown to who has given up', async () => {
    putNode('node-1', {})

    expect(await architectureOf('node-1', AbortSignal.abort())).toBeUndefined()
    expect(server.requests).toEqual([])
  })
})

describe('over TLS', () => {
  let directory: string
  let cert: string

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'api-server-'))
    const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
    const subject = ['-subj', '/CN=scripted', '-addext', 'subjectAltName=IP:127.0.0.1']
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', certificate], {
      stdio: 'ignore',
    })
    cert = readFileSync(certificate, 'utf8')
  })

  beforeEach(async () => {
    server = await startApiServer({ tls: { cert, key: readFileSync(join(directory, 'key.pem'), 'utf8') } })
  })

  afterAll(() => rmSync(directory, { recursive: true }))

  test("trusts the kubeconfig's certificate authority", async () => {
    expect((await survey(server.kubeconfig({ ca: cert }))).kubernetesVersion).toBe('v1.34.4')
  })

  test('trusts anything if told to', async () => {
    expect((await survey(server.kubeconfig())).kubernetesVersion).toBe('v1.34.4')
  })

  test('refuses a server that nobody vouches for', async () => {
    const kubeconfig = server.kubeconfig().replace('"insecure-skip-tls-verify":true', '"x":1')

    const failure = await failureOf(survey(kubeconfig))
    expect(failure?.code).toBe('certificate')
    expect(failure?.headline).toContain("is not signed by the kubeconfig's certificate authority")
    expect(server.requests).toEqual([])
  })

  test('refuses a certificate that was made for another name', async () => {
    const kubeconfig = server.kubeconfig({ ca: cert }).replace('127.0.0.1', 'localhost')

    const failure = await failureOf(survey(kubeconfig))
    expect(failure?.code).toBe('certificate')
    expect(failure?.headline).toContain('was made for another name')
  })

  test('takes `tls-server-name` for the name to expect', async () => {
    const kubeconfig = server
      .kubeconfig({ ca: cert })
      .replace('127.0.0.1', 'localhost')
      .replace('"certificate-authority-data"', '"tls-server-name":"127.0.0.1","certificate-authority-data"')

    expect((await survey(kubeconfig)).kubernetesVersion).toBe('v1.34.4')
  })

  test('tells of keys that are no keys', async () => {
    const data = Buffer.from('no key').toString('base64')
    const user = { 'client-certificate-data': data, 'client-key-data': data }

    expect(await failureOf(survey(server.kubeconfig({ ca: cert, user })))).toMatchObject({
      code: 'kubeconfig',
    })
  })
})
