import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ActionError } from '../../src/failure/failure.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { never, openSession } from '../support/build-fixture.ts'
import { until } from '../support/eventually.ts'

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
    server.tokens = ['token-1', 'token-2', 'token-3', 'token-4']
    const soon = new Date(Date.now() + 30_000).toISOString()
    await survey(withExec(plugin({ expires: soon })))

    expect(runs()).toBeGreaterThan(1)
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
  ])('are told to be missing, without a word of theirs, when the plugin %s', async (_, command, headline) => {
    const failure = await failureOf(survey(withExec(command())))

    expect(failure?.code).toBe('kubeconfig')
    expect(failure?.headline).toMatch(headline)
    expect(JSON.stringify(failure)).not.toContain('s3cret')
  })
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
