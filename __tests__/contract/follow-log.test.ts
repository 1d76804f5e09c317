import { setTimeout as delay } from 'node:timers/promises'

import type { ClusterSession, CreatedBuild, LogEnd, LogListener } from '../../src/cluster/cluster-session.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { never, notedLedger, openSession, smallPlan } from '../support/build-fixture.ts'
import { until } from '../support/eventually.ts'
import type { ScriptedPod } from '../support/scripted-pod.ts'

let server: ApiServer
let session: ClusterSession
let build: CreatedBuild
let pod: ScriptedPod
let seen: ReturnType<ScriptedPod['seen']>
let lines: Parameters<LogListener['line']>[0][]
/** Texts of lines and marks, in order; marks in brackets. */
let shown: string[]
let ended: PromiseWithResolvers<undefined>
let stop: AbortController

beforeEach(async () => {
  server = await startApiServer({ pod: (made) => made.running() })
  session = await openSession(server, server.kubeconfig(), 200)
  build = await session.createBuild(smallPlan('given'), notedLedger(), never())
  await until(() => server.pods.length === 1)
  const [made] = server.pods
  if (made === undefined) throw new Error('no pod was scripted')
  pod = made
  seen = pod.seen()
  lines = []
  shown = []
  stop = new AbortController()
  ended = Promise.withResolvers()
})

afterEach(async () => {
  stop.abort()
  session.close()
  await server.close()
})

const listener: LogListener = {
  line(line) {
    lines.push(line)
    shown.push(line.text)
  },
  gap: (text) => shown.push(`[${text}]`),
}

const follow = (): Promise<LogEnd> => session.followLog(build, seen, listener, ended.promise, stop.signal)

const texts = (): readonly string[] => lines.map(({ text }) => text)
const numbers = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}`)
/** Lines of a kilobyte. */
const flood = (count: number): readonly string[] => numbers(count).map((text) => text.padEnd(1000, '.'))
const reads = (): number => server.said('get pods/log')
/** Everything has been read, and a follow waits for more. */
async function settled(): Promise<void> {
  let before = -1
  while (before !== reads() || pod.log.followers !== 1) {
    before = reads()
    await delay(50)
  }
}

const FOLLOW = { path: /\/log$/, follow: true }
const FINAL = { path: /\/log$/, follow: false }

/** The container ends, and the cluster's state says so. */
function end(): void {
  pod.exits(0)
  ended.resolve(undefined)
}

describe('following a log', () => {
  test('gives lines while the container runs, with the time the node gave them', async () => {
    const log = follow()
    pod.print('first')
    await until(() => lines.length === 1)
    pod.print('second')
    await until(() => lines.length === 2)
    end()

    expect(await log).toEqual({ kind: 'complete' })
    expect(lines[0]).toEqual({ time: '2026-11-23T20:00:00.001000001Z', text: 'first' })
    expect(reads()).toBe(2)
  })

  test('reads what an ended container had printed, in one request', async () => {
    pod.print(...numbers(3))
    end()
    await ended.promise

    expect(await follow()).toEqual({ kind: 'complete' })
    expect(texts()).toEqual(numbers(3))
  })

  test('gives every line once and in order over a hundred cuts', async () => {
    for (let cut = 0; cut < 100; cut++) {
      // Each a little further than what a re-opened log repeats; many within a line, some within a timestamp.
      const afterBytes = 97 + cut * 61
      server.fail(FOLLOW, cut % 3 === 0 ? { kind: 'end', afterBytes } : { kind: 'cut', afterBytes })
    }
    server.fail(FINAL, { kind: 'cut', afterBytes: 1000 }, 2)
    const log = follow()
    const expected = numbers(4000)
    for (let index = 0; index < expected.length; index += 40) {
      pod.print(...expected.slice(index, index + 40))
      await new Promise(setImmediate)
    }
    await until(() => reads() > 100, 25_000)
    end()

    expect(await log).toEqual({ kind: 'complete' })
    expect(texts()).toEqual(expected)
  }, 30_000)

  test('tells lines of the same timestamp apart', async () => {
    server.fail(FOLLOW, { kind: 'cut', afterBytes: 100 })
    const time = '2026-11-23T20:00:00.000000005Z'
    for (const text of ['same', 'same', 'other', 'same', 'same']) pod.log.print(text, { time })
    const log = follow()
    await until(() => lines.length === 5)
    end()
    await log

    expect(texts()).toEqual(['same', 'same', 'other', 'same', 'same'])
  })

  test('keeps lines that two writers stamped out of order', async () => {
    const times = ['20:00:01.000000002', '20:00:00.999999999', '20:00:01.000000001', '20:00:01.000000003']
    server.fail(FOLLOW, { kind: 'cut', afterBytes: 34 })
    server.fail(FOLLOW, { kind: 'cut', afterBytes: 68 })
    for (const time of times) pod.log.print(time, { time: `2026-11-23T${time}Z` })
    const log = follow()
    await until(() => reads() > 2)
    end()
    await log

    expect(texts()).toEqual(times)
  })

  test.each(['cut', 'end'] as const)(
    'loses no character when a stream is %s in the middle of one',
    async (kind) => {
      const text = 'größer 構築 🚀'
      const stamp = '2026-11-23T20:00:00.001000001Z '.length
      for (let inside = 1; inside < Buffer.byteLength(text); inside++) {
        server.fail(FOLLOW, { kind, afterBytes: stamp + inside })
      }
      pod.print(text)
      const log = follow()
      await until(() => lines.length > 0)
      end()
      await log

      expect(texts()).toEqual([text])
    },
  )

  test('goes on when a follow ends in order although the container runs', async () => {
    server.fail(FOLLOW, { kind: 'end', afterBytes: 0 }, 3)
    const log = follow()
    await until(() => reads() > 3)
    pod.print('still here')
    await until(() => lines.length === 1)
    end()

    expect(await log).toEqual({ kind: 'complete' })
  })

  test('opens a follow again that has been silent for long', async () => {
    server.fail(FOLLOW, { kind: 'half-open' })
    const log = follow()
    pod.print('unheard')
    await until(() => lines.length === 1)
    end()

    expect(await log).toEqual({ kind: 'complete' })
    expect(texts()).toEqual(['unheard'])
  })

  test('waits for a container that has not started yet', async () => {
    const message = 'container "kaniko" in pod "x" is waiting to start: ContainerCreating'
    server.fail(FOLLOW, { kind: 'status', status: 400, reason: 'BadRequest', message }, 3)
    pod.print('hello')
    const log = follow()
    await until(() => lines.length === 1)
    end()

    expect(await log).toEqual({ kind: 'complete' })
  })

  test('waits for a node that does not answer for a moment', async () => {
    const message = 'Get "https://10.0.0.4:10250/containerLogs": dial tcp: connection refused'
    server.fail({ path: /\/log$/ }, { kind: 'status', status: 500, message }, 4)
    pod.print('hello')
    const log = follow()
    await until(() => lines.length === 1)
    end()

    expect(await log).toEqual({ kind: 'complete' })
    expect(texts()).toEqual(['hello'])
  })

  test('joins a line that the node split over two log files', async () => {
    const log = follow()
    pod.print('before')
    pod.log.print('5302', { partial: true })
    await until(() => lines.length === 1)
    pod.log.rotate()
    pod.log.end()
    pod.log.print('1')
    pod.print('after')
    ended.resolve(undefined)

    expect(await log).toEqual({ kind: 'complete' })
    expect(texts()).toEqual(['before', '53021', 'after'])
  })

  test('says so when lines may be lost in a log file that is gone', async () => {
    server.fail(FOLLOW, { kind: 'cut', afterBytes: 100 })
    server.fail(FOLLOW, { kind: 'status', status: 503 }, 8)
    const log = follow()
    pod.print(...numbers(3))
    await until(() => lines.length === 2)
    pod.print('lost')
    pod.log.rotate()
    pod.print('after')
    await until(() => lines.length === 3)
    end()

    const result = await log
    const place = 'between 2026-11-23T20:00:00.002000002Z and 2026-11-23T20:00:00.005000005Z'
    const mark = `[Lines may be missing here, ${place}: the node had begun a new log file before the old one was read to its end.]`
    expect(shown).toEqual(['line 1', 'line 2', mark, 'after'])
    expect(result).toEqual({ kind: 'incomplete', reason: `lines ${place} may be missing` })
  })

  test('goes on after an API server that restarts', async () => {
    const log = follow()
    pod.print(...numbers(3))
    await until(() => lines.length === 3)
    server.fail({ path: /\/log$/ }, { kind: 'reset' }, 3)
    server.fail({ path: /\/log$/ }, { kind: 'status', status: 503 }, 2)
    server.dropConnections()
    pod.print('meanwhile')
    await until(() => lines.length === 4)
    end()

    expect(await log).toEqual({ kind: 'complete' })
    expect(shown).toEqual([...numbers(3), 'meanwhile'])
  })

  test.each([{ unseen: false }, { unseen: true }])(
    'gives a flood once and in order, over log files (unseen by a follow: $unseen)',
    async (how) => {
      const expected = flood(8000)
      const log = follow()
      for (let index = 0; index < expected.length; index += 1600) {
        await settled()
        pod.print(...expected.slice(index, index + 1500))
        pod.log.rotate(how)
        pod.print(...expected.slice(index + 1500, index + 1600))
        await until(() => lines.length === index + 1600, 25_000)
      }
      await settled()
      end()

      expect(await log).toEqual({ kind: 'complete' })
      expect(shown).toEqual(expected)
    },
    30_000,
  )

  test('does not read a flood twice to join it', async () => {
    const time = (index: number): string => `2026-11-23T20:00:00.${String(index).padStart(9, '0')}Z`
    const log = follow()
    for (let index = 0; index < 20_000; index++) pod.log.print(`line ${index}`, { time: time(index) })
    await until(() => lines.length === 20_000)
    end()

    expect(await log).toEqual({ kind: 'complete' })
    expect(lines).toHaveLength(20_000)
    expect(server.requests.at(-1)?.query.get('tailLines')).toBe('1024')
  })

  test('says so when a log has no line', async () => {
    pod.log.print('gone')
    pod.log.rotate()
    end()

    expect(await follow()).toEqual({
      kind: 'incomplete',
      reason: 'it holds no line: either the container printed none, or the node no longer has them',
    })
  })

  test('says so when a container may have filled a log file before its first line that is there', async () => {
    pod.log.print('late', { time: '2026-11-23T20:00:09.000000000Z' })
    end()

    expect(await follow()).toEqual({ kind: 'incomplete', reason: 'its beginning may be missing' })
    expect(shown).toEqual([expect.stringContaining('The beginning of the log may be missing'), 'late'])
  })

  test('gives the last line even if it has no end', async () => {
    const log = follow()
    pod.print('whole')
    pod.log.print('unended', { partial: true })
    await until(() => lines.length === 1)
    end()

    expect(await log).toEqual({ kind: 'complete' })
    expect(texts()).toEqual(['whole', 'unended'])
  })

  test('passes on what lines hold as it is: CR, long lines, bytes that are no UTF-8, nothing', async () => {
    const long = 'x'.repeat(1 << 20)
    pod.print('10 %\r20 %\r', long, '', '::error::not a command here')
    pod.log.print(Buffer.from([0x61, 0xff, 0x62]))
    const log = follow()
    await until(() => lines.length === 5)
    end()
    await log

    expect(texts()).toEqual(['10 %\r20 %\r', long, '', '::error::not a command here', 'a\ufffdb'])
  })

  test('says why a log cannot be read', async () => {
    server.forbid('get pods/log')

    expect(await follow()).toEqual({
      kind: 'incomplete',
      reason: 'The cluster does not let "system:serviceaccount:ci:runner" get pods/log in namespace "ci"',
    })
  })

  test('says so when the pod is gone', async () => {
    pod.vanishes()

    expect(await follow()).toEqual({ kind: 'incomplete', reason: 'its pod is gone' })
  })

  test('stops when asked to', async () => {
    const log = follow()
    pod.print('one')
    await until(() => lines.length === 1)
    stop.abort()

    expect(await log).toEqual({ kind: 'incomplete', reason: 'it was not read to its end' })
  })
})
