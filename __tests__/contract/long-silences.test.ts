import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import type { BuildSnapshot, LogEnd } from '../../src/cluster/cluster-session.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { never, notedLedger, openSession, smallPlan } from '../support/build-fixture.ts'
import { until } from '../support/eventually.ts'

/** So many minutes pass in a real one. */
const FACTOR = 3_000
const minutes = (count: number): Promise<void> => delay((count * 60_000) / FACTOR)

let server: ApiServer
let directory: string

beforeEach(async () => {
  server = await startApiServer({ pod: (made) => made.running() })
  directory = mkdtempSync(join(tmpdir(), 'silences-'))
})

afterEach(async () => {
  rmSync(directory, { recursive: true })
  await server.close()
})

/** A build that runs, watched and followed. */
async function followed(kubeconfig?: string, factor = FACTOR) {
  const session = await openSession(server, kubeconfig, factor)
  const build = await session.createBuild(smallPlan('given'), notedLedger(), never())
  await until(() => server.pods.length === 1)
  const [pod] = server.pods
  if (pod === undefined) throw new Error('no pod was scripted')
  const stop = new AbortController()
  const ended = Promise.withResolvers<undefined>()
  const texts: string[] = []
  const snapshots: BuildSnapshot[] = []
  const observation = (async () => {
    for await (const snapshot of session.observe(build, stop.signal)) snapshots.push(snapshot)
  })()
  const listener = { line: ({ text }: { text: string }) => texts.push(text), gap: () => undefined }
  const log = session.followLog(build, pod.seen(), listener, ended.promise, stop.signal)
  return {
    pod,
    texts,
    phase: () => snapshots.at(-1)?.pod?.status?.phase,
    /** The container ends, and the cluster's state says so. */
    async end(): Promise<LogEnd> {
      pod.exits(0)
      await until(() => snapshots.at(-1)?.pod?.status?.phase === 'Succeeded')
      ended.resolve(undefined)
      const logEnd = await log
      stop.abort()
      await observation
      session.close()
      return logEnd
    },
  }
}

describe('long silences, on a clock that is quick', () => {
  test('six minutes without a line of the log cost no line and double none', async () => {
    const build = await followed()
    build.pod.print('before')
    await until(() => build.texts.length === 1)
    await minutes(6)
    build.pod.print('after')
    await until(() => build.texts.length === 2)

    expect(await build.end()).toEqual({ kind: 'complete' })
    expect(build.texts).toEqual(['before', 'after'])
    // Each minute of silence may be a connection whose other end is gone.
    expect(server.said('get pods/log')).toBeGreaterThan(4)
  })

  test('a watch that the server ends after half an hour is opened again, and misses nothing', async () => {
    // It ends instead of telling its first event.
    server.fail({ path: /pods$/, watch: true }, { kind: 'end', afterBytes: 0 })
    const build = await followed()
    await until(() => server.said('watch pods') === 1)
    await minutes(30)
    const watches = server.said('watch pods')
    build.pod.print('all the while')
    await until(() => build.texts.length === 1)

    expect(watches).toBe(1)
    expect(await build.end()).toEqual({ kind: 'complete' })
    expect(build.texts).toEqual(['all the while'])
    expect(build.phase()).toBe('Succeeded')
  })

  test('a token that has expired by the time a log is opened again is read anew', async () => {
    const file = join(directory, 'token')
    writeFileSync(file, 'first')
    server.tokens = ['first']
    const build = await followed(server.kubeconfig({ user: { tokenFile: file } }), 200)
    build.pod.print('before')
    await until(() => build.texts.length === 1)
    writeFileSync(file, 'second')
    server.tokens = ['second']
    server.dropConnections()
    build.pod.print('after')
    await until(() => build.texts.length === 2)

    expect(await build.end()).toEqual({ kind: 'complete' })
    expect(build.texts).toEqual(['before', 'after'])
    expect(server.requests.at(-1)?.authorization).toBe('Bearer second')
  })
})
