import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { step } from '../support/action.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer, Moment } from '../support/api-server.ts'
import { selfSigned } from '../support/certificate.ts'
import { foreignTouched } from '../support/foreign-touched.ts'
import { startProxy } from '../support/http-proxy.ts'
import { succeedsOnceStreamed } from '../support/pod-scripts.ts'
import { succeeds } from '../support/scripted-pod.ts'
import type { PodScript } from '../support/scripted-pod.ts'
import { strayObjects } from '../support/stray-objects.ts'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

let workspace = ''

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'workspace-'))
  writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n')
})
afterAll(() => rmSync(workspace, { recursive: true, force: true }))

interface Build {
  readonly inputs: Readonly<Record<string, string>>
  /** Whether an HTTP proxy alone knows the way to the API server, which speaks TLS. */
  readonly isBehindProxy?: boolean
  readonly pod: (server: () => ApiServer | undefined) => PodScript
}

/** Where in a build its process dies: at the request of that number, from 1, among those that have this moment. */
interface Death {
  readonly at: number
  readonly moment: Moment
}

interface Aftermath {
  /** The request that it died at; undefined: it ended before there were so many. */
  readonly request: string | undefined
  readonly wrong: readonly string[]
}

/**
 * A build whose main phase is killed with -9, and its post phase. `arrived`: the
 * server does what was asked all the same, and nobody is there for the answer.
 * `answered`: of what changes something, for the others make no difference.
 */
async function dieAt(build: Build, { at, moment }: Death): Promise<Aftermath> {
  let server: ApiServer | undefined = undefined
  const tls = build.isBehindProxy === true ? { tls: TLS } : {}
  server = await startApiServer({ pod: build.pod(() => server), ...tls })
  const way = await wayTo(server, build)
  const one = step({
    workspace,
    env: way.env,
    inputs: { kubeconfig: way.kubeconfig, tags: 'registry.invalid/app:1', ...build.inputs },
  })
  try {
    const main = one.main()
    let [seen, request] = [0, '']
    server.witness = async (what, when) => {
      if (when !== moment || (moment === 'answered' && what.method === 'GET') || ++seen !== at) return
      request = `${what.what || what.path}, ${moment}`
      main.child.kill('SIGKILL')
      await main.ended
    }
    const { code, output } = await main.ended
    server.witness = undefined
    // One that lives is a whole build, or this would say nothing of one.
    if (request === '')
      return { request: undefined, wrong: code === 0 ? [] : [`a build that lived failed:\n${output}`] }
    const stray = strayObjects(server.objects.ours())
    const post = await one.post().ended
    const left = server.objects.ours().map(({ kind, metadata }) => `post left ${kind} ${metadata.name}`)
    const failed = post.code === 0 ? [] : [`post ended with ${post.code}`]
    const foreign = foreignTouched(server.requests)
    const wrong = [...stray, ...left, ...failed, ...foreign].map((what) => `killed at ${request}: ${what}`)
    return { request, wrong }
  } finally {
    one.dispose()
    way.close()
    await server.close()
  }
}

const TLS = selfSigned()

/** How a step reaches the server. */
async function wayTo(server: ApiServer, { isBehindProxy = false }: Build) {
  if (!isBehindProxy) return { env: {}, kubeconfig: server.kubeconfig(), close: () => undefined }
  const { port } = new URL(server.url)
  const proxy = await startProxy({ target: { host: '127.0.0.1', port: Number(port) } })
  return {
    env: { HTTPS_PROXY: `http://${proxy.address}` },
    kubeconfig: server.kubeconfig().replace(server.url, 'https://cluster.invalid:6443'),
    close: () => proxy.close(),
  }
}

/** Processes at a time: they wait for the server more than they compute. */
const SIDE_BY_SIDE = 3

/** Dies at each request in turn, until a build lives to its end. */
async function dieEverywhere(build: Build, moment: Moment): Promise<readonly Aftermath[]> {
  const all: Aftermath[] = []
  for (let next = 1; all.every(({ request }) => request !== undefined); next += SIDE_BY_SIDE) {
    const some = Array.from({ length: SIDE_BY_SIDE }, (_, i) => dieAt(build, { at: next + i, moment }))
    all.push(...(await Promise.all(some)))
  }
  return all
}

const SECRETS = {
  registries: '- registry: registry.invalid\n  username: me\n  password: secret-of-a-registry',
  secrets: 'TOKEN=secret-of-a-build',
}

const BUILDS: readonly (readonly [string, Build, readonly string[]])[] = [
  [
    'a namespace of its own with a network policy, credentials kept from what builds',
    {
      inputs: { ...SECRETS, 'isolate-credentials': 'true', 'network-policy': 'registries' },
      pod: () => succeeds(DIGEST, 'a line'),
    },
    ['namespaces', 'networkpolicies', 'serviceaccounts', 'jobs', 'secrets', 'configmaps'],
  ],
  [
    'a given namespace, with credentials and secrets, through a proxy',
    { inputs: { ...SECRETS, namespace: 'ci' }, isBehindProxy: true, pod: () => succeeds(DIGEST, 'a line') },
    ['jobs', 'secrets', 'configmaps'],
  ],
  [
    'a given namespace, with a streamed context',
    {
      inputs: { namespace: 'ci', 'context-delivery': 'stream' },
      pod: (server) => succeedsOnceStreamed(() => server()?.attaching, DIGEST),
    },
    ['jobs'],
  ],
]

describe('a build whose process is killed at each request in turn, whatever became of that request', () => {
  test.each(BUILDS)(
    'leaves nothing without an end in %s, and post removes it',
    async (_, build, creates) => {
      for (const moment of ['arrived', 'answered'] as const) {
        const all = await dieEverywhere(build, moment)
        expect(all.flatMap(({ wrong }) => wrong)).toEqual([])
        const died = all.map(({ request }) => request)
        for (const what of creates) expect(died).toContain(`create ${what}, ${moment}`)
        expect(died.some((request) => request?.startsWith('delete '))).toBe(true)
      }
    },
    120_000,
  )
})
