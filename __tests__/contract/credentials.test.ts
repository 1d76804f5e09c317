import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import type { CreatedBuild } from '../../src/cluster/cluster-session.ts'
import { ActionError } from '../../src/failure/failure.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer, RecordedRequest } from '../support/api-server.ts'
import { never, openSession } from '../support/build-fixture.ts'
import { until } from '../support/eventually.ts'

const BUILD: CreatedBuild = {
  namespace: 'ci',
  jobName: 'app-x7k2p',
  jobUid: 'uid-1',
  random: 'x7k2p',
  container: 'kaniko',
  warnings: [],
  mayViolate: undefined,
}

const isSecond = ({ authorization }: RecordedRequest): boolean => authorization === 'Bearer token-2'

let server: ApiServer
let directory: string

beforeEach(async () => {
  server = await startApiServer()
  directory = mkdtempSync(join(tmpdir(), 'credentials-'))
})

afterEach(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

/** A credential plugin that counts its runs and hands out `token-1`, `token-2`, …. */
function plugin(more: { readonly expires?: string; readonly script?: string } = {}): string {
  const file = join(directory, 'plugin')
  const expires = more.expires === undefined ? '' : `,"expirationTimestamp":"${more.expires}"`
  const runs = join(directory, 'runs')
  const status = `{"token":"token-'$(wc -c < ${runs})'"${expires}}`
  const answer = `printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":${status}}'`
  writeFileSync(file, `#!/bin/sh\nprintf x >> ${runs}\n${more.script ?? answer}\n`)
  chmodSync(file, 0o755)
  return file
}

const runs = (): number => readFileSync(join(directory, 'runs')).length
const withExec = (command: string, more: object = {}): string =>
  server.kubeconfig({
    user: {
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command, args: ['--secret=s3cret'], ...more },
    },
  })

async function survey(kubeconfig: string, times = 1): Promise<void> {
  const session = await openSession(server, kubeconfig)
  try {
    for (let time = 0; time < times; time++) await session.survey(never())
  } finally {
    session.close()
  }
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof ActionError ? error.failure : undefined),
  )

const used = (): readonly (string | undefined)[] => server.requests.map(({ authorization }) => authorization)

describe('credentials by a plugin', () => {
  test('are asked for once, however many requests need them at once and later', async () => {
    server.tokens = ['token-1']
    await survey(withExec(plugin()), 3)

    expect(runs()).toBe(1)
    expect(new Set(used())).toEqual(new Set(['Bearer token-1']))
  })

  test('are renewed shortly before they expire', async () => {
    server.tokens = ['token-1', 'token-2']
    const tenMinutes = new Date(Date.now() + 600_000).toISOString()
    // A second here is half a day there.
    const session = await openSession(server, withExec(plugin({ expires: tenMinutes })), 50_000)
    await session.survey(never())
    await delay(20)
    await session.survey(never())
    session.close()

    expect(used().at(-1)).toBe('Bearer token-2')
  })

  test('are kept while they last', async () => {
    server.tokens = ['token-1']
    const later = new Date(Date.now() + 600_000).toISOString()
    await survey(withExec(plugin({ expires: later })), 2)

    expect(runs()).toBe(1)
  })

  test('are renewed when the server refuses them', async () => {
    server.tokens = ['token-1']
    const session = await openSession(server, withExec(plugin()))
    await session.survey(never())
    // Revoked: from now on only what is handed out later counts.
    server.tokens = ['token-2', 'token-3']
    await session.survey(never())
    session.close()

    expect(runs()).toBeGreaterThan(1)
  })

  test('are asked for once where many requests are refused at the same time', async () => {
    server.tokens = ['token-1']
    const session = await openSession(server, withExec(plugin()))
    await session.survey(never())
    server.tokens = ['token-2']
    await Promise.all(Array.from({ length: 5 }, () => session.survey(never())))
    session.close()

    expect(runs()).toBe(2)
  })

  test('are asked for once where many requests find that they have expired', async () => {
    server.tokens = ['token-1', 'token-2']
    const tenMinutes = new Date(Date.now() + 600_000).toISOString()
    const session = await openSession(server, withExec(plugin({ expires: tenMinutes })), 50_000)
    await session.survey(never())
    await delay(20)
    await Promise.all(Array.from({ length: 5 }, () => session.survey(never())))
    session.close()

    expect(used().filter((token) => token === 'Bearer token-2').length).toBeGreaterThan(5)
    expect(runs()).toBe(2)
  })

  test("are used although they have expired, if it is the runner's clock that is off", async () => {
    server.tokens = ['token-1']
    const session = await openSession(server, withExec(plugin({ expires: '2001-01-01T00:00:00Z' })), 1)
    await session.survey(never())
    await session.survey(never())
    session.close()

    expect(runs()).toBe(1)
  })

  test('are renewed when a WebSocket is refused', async () => {
    server.tokens = ['token-1']
    server.attaching.scenes = [{ kind: 'answer', status: 401, message: 'Unauthorized' }, { kind: 'accept' }]
    const session = await openSession(server, withExec(plugin()), 1)
    const open = async function* () {
      await Promise.resolve()
      yield Buffer.from('context')
    }
    const delivering = { started: Promise.resolve(), onArrival: () => undefined }
    const end = await session.deliverContext(BUILD, 'app-pod', open, delivering, never())
    session.close()

    expect(end).toEqual({ kind: 'arrived' })
    expect(server.attaching.attached.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ])
  })

  test('are renewed when a watch is opened again', async () => {
    server.tokens = ['token-1', 'token-2']
    const session = await openSession(server, withExec(plugin()))
    const snapshots = session.observe(BUILD, never())[Symbol.asyncIterator]()
    await snapshots.next()
    await until(() => server.said('watch pods') === 1)
    server.tokens = ['token-2']
    server.dropConnections()
    await until(() => server.requests.some((one) => one.what === 'watch pods' && isSecond(one)))
    await snapshots.return?.()
    session.close()

    expect(runs()).toBe(2)
  })

  test('are handed out with knowledge of the cluster, if the plugin asks for it', async () => {
    const seen = join(directory, 'seen')
    const script = `printf '%s' "$KUBERNETES_EXEC_INFO$COLOUR" > ${seen}; printf '{"status":{"token":"test-token"}}'`
    await survey(
      withExec(plugin({ script }), { provideClusterInfo: true, env: [{ name: 'COLOUR', value: 'blue' }] }),
    )

    const info = readFileSync(seen, 'utf8')
    expect(info.endsWith('blue')).toBe(true)
    expect(JSON.parse(info.slice(0, -'blue'.length))).toMatchObject({
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: server.url } },
    })
  })

  test('are not waited for any longer by who has given up', async () => {
    // Until the test is over and its directory is gone.
    const script = `while [ -e ${directory} ]; do sleep 0.1; done`
    const session = await openSession(server, withExec(plugin({ script })))
    const stop = new AbortController()
    const survey = session.survey(stop.signal)
    await until(() => existsSync(join(directory, 'runs')))
    stop.abort()

    await expect(survey).rejects.toBe(stop.signal.reason)
    session.close()
  })

  test.each<[string, () => string, RegExp]>([
    ['is not installed', () => 'no-such-plugin-anywhere', /"no-such-plugin-anywhere" is not installed/],
    ['fails', () => plugin({ script: 'echo s3cret >&2; exit 7' }), /failed with exit code 7\.$/],
    ['prints something else', () => plugin({ script: 'echo s3cret' }), /printed no ExecCredential\.$/],
    ['prints nothing', () => plugin({ script: 'exit 0' }), /printed no ExecCredential\.$/],
    ['is killed', () => plugin({ script: 'echo s3cret >&2; kill -9 $$' }), /was ended by SIGKILL\.$/],
    [
      'prints too much',
      () => plugin({ script: 'head -c 5000000 /dev/zero' }),
      /printed more than any credentials are\.$/,
    ],
    [
      'prints no credentials',
      () => plugin({ script: `printf '{"status":{"clientCertificateData":"s3cret","token":""}}'` }),
      /neither a token nor a certificate with its key\.$/,
    ],
  ])('are told to be missing, without a word of theirs, when the plugin %s', async (_, command, headline) => {
    const failure = await failureOf(survey(withExec(command())))

    expect(failure?.code).toBe('kubeconfig')
    expect(failure?.headline).toMatch(headline)
    expect(JSON.stringify(failure)).not.toContain('s3cret')
  })
})

test('a plugin that would have to ask a person is refused', async () => {
  const failure = await failureOf(survey(withExec('never-run', { interactiveMode: 'Always' })))

  expect(failure?.code).toBe('kubeconfig')
  expect(failure?.headline).toContain('asks a person')
})

describe('credentials in a file', () => {
  test('are read again when the server refuses them', async () => {
    const tokenFile = join(directory, 'token')
    writeFileSync(tokenFile, 'first\n')
    server.tokens = ['first']
    const session = await openSession(server, server.kubeconfig({ user: { tokenFile } }))
    await session.survey(never())
    writeFileSync(tokenFile, 'second\n')
    server.tokens = ['second']
    await session.survey(never())
    session.close()

    expect(used().at(-1)).toBe('Bearer second')
  })

  test('are told to be missing by their path', async () => {
    const tokenFile = join(directory, 'nothing')
    const failure = await failureOf(survey(server.kubeconfig({ user: { tokenFile } })))

    expect(failure?.code).toBe('kubeconfig')
    expect(failure?.headline).toContain(tokenFile)
  })
})

test('a user name and a password are sent as HTTP has them', async () => {
  await failureOf(survey(server.kubeconfig({ user: { username: 'ann', password: 'pass' } })))

  expect(used()[0]).toBe(`Basic ${Buffer.from('ann:pass').toString('base64')}`)
})
