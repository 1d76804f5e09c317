import { randomFillSync } from 'node:crypto'

import { ActionError } from '../../src/failure/failure.ts'
import type { ClusterSession, CreatedBuild, DeliveryEnd } from '../../src/cluster/cluster-session.ts'
import type { OpenContext } from '../../src/context/context-archive.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import type { AttachScene } from '../support/attach-script.ts'
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

/** More than all frames together, and no multiple of one. */
const CONTENT = randomFillSync(Buffer.alloc(5_300_000))
const AT = { half: 2_650_000, nearlyAll: 5_247_000 }

let server: ApiServer
let session: ClusterSession

afterEach(async () => {
  session.close()
  await server.close()
})

/** `factor` seconds pass in one. */
async function given(scenes: AttachScene[], factor = 1): Promise<void> {
  server = await startApiServer()
  server.attaching.scenes = scenes
  session = await openSession(server, server.kubeconfig(), factor)
}

/** Pieces as a packer gives them, all in the same memory. */
const content: OpenContext = async function* () {
  const piece = Buffer.alloc(70_000)
  for (let at = 0; at < CONTENT.length; at += piece.length) {
    await Promise.resolve()
    yield piece.subarray(0, CONTENT.copy(piece, 0, at))
  }
}

interface Delivered {
  readonly end: DeliveryEnd
  readonly arrived: readonly number[]
}

async function deliver(open = content, signal = never(), build = BUILD): Promise<Delivered> {
  const started = Promise.resolve()
  const arrived: number[] = []
  const delivering = { started, onArrival: (bytes: number) => void arrived.push(bytes) }
  const end = await session.deliverContext(build, 'app-pod', open, delivering, signal)
  return { end, arrived }
}

async function failureOf(delivering: Promise<unknown>): Promise<ActionError['failure']> {
  const error: unknown = await delivering.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ActionError) return error.failure
  throw new Error('an ActionError was expected', { cause: error })
}

const inputs = (): readonly Buffer[] => server.attaching.attached.map(({ input }) => input)

describe('a context on its way into the pod', () => {
  test('arrives whole, and its end is told', async () => {
    await given([{ kind: 'accept' }])
    expect(await deliver()).toEqual({ end: { kind: 'arrived' }, arrived: [CONTENT.length] })
    const [one] = server.attaching.attached
    expect(one).toMatchObject({
      protocol: 'v5.channel.k8s.io',
      ended: true,
      authorization: 'Bearer test-token',
    })
    expect(Object.fromEntries(one?.query ?? [])).toEqual({ container: 'kaniko', stdin: 'true' })
    expect(one?.input.equals(CONTENT)).toBe(true)
  })

  test('arrives also where no status is told at the end', async () => {
    await given([{ kind: 'accept', status: 'none' }])
    expect((await deliver()).end).toEqual({ kind: 'arrived' })
  })

  test('arrives over the older protocol, whose connection stays until the container ends', async () => {
    await given([{ kind: 'accept' }])
    server.attaching.protocols = ['v4.channel.k8s.io']
    const arrival = Promise.withResolvers<undefined>()
    const delivering = { started: Promise.resolve(), onArrival: () => arrival.resolve(undefined) }
    const end = session.deliverContext(BUILD, 'app-pod', content, delivering, never())
    await arrival.promise
    const [one] = server.attaching.attached
    expect(one).toMatchObject({ protocol: 'v4.channel.k8s.io', ended: false, closed: false })
    server.attaching.endContainers()
    expect(await end).toEqual({ kind: 'arrived' })
    expect(one?.input.equals(CONTENT)).toBe(true)
  })

  test('waits for a container that is not there yet, and loses nothing', async () => {
    const early: AttachScene = { kind: 'refuse', message: 'container kaniko not found in pod app-pod_ci' }
    await given([
      early,
      { kind: 'answer', status: 404, message: 'pods "app-pod" not found' },
      early,
      { kind: 'accept' },
    ])
    expect((await deliver()).end).toEqual({ kind: 'arrived' })
    expect(inputs()).toHaveLength(4)
    expect(inputs()[3]?.equals(CONTENT)).toBe(true)
  })

  test('begins again from its first byte when a refusal comes late', async () => {
    const late = { kind: 'refuse', message: 'container kaniko is not running', afterBytes: 1 } as const
    await given([late, { kind: 'accept' }])
    expect((await deliver()).end).toEqual({ kind: 'arrived' })
    expect(inputs()[1]?.equals(CONTENT)).toBe(true)
  })

  test.each([
    ['its beginning', 1],
    ['the middle', AT.half],
    ['its end', AT.nearlyAll],
  ])(
    'that is cut at %s is told, and not sent a second time into the same container',
    async (_, afterBytes) => {
      await given([{ kind: 'cut', afterBytes }])
      const { end, arrived } = await deliver()
      expect(end).toMatchObject({ kind: 'cut', reason: 'the connection was cut' })
      expect(arrived).toEqual([])
      expect(server.attaching.attached).toHaveLength(1)
    },
  )

  test('is told as cut when the other side is silent for a minute', async () => {
    await given([{ kind: 'silent', afterBytes: AT.half }], 100)
    const { end } = await deliver()
    expect(end).toMatchObject({ kind: 'cut', reason: 'the other side has been silent for a minute' })
  })

  test('is read no faster than the container takes it', async () => {
    await given([{ kind: 'silent', afterBytes: 1 }])
    let read = 0
    const endless: OpenContext = async function* () {
      for (const piece = Buffer.alloc(200_000); ; read += piece.length) {
        await Promise.resolve()
        yield piece
      }
    }
    const stop = new AbortController()
    const end = deliver(endless, stop.signal)
    let before = -1
    await until(() => {
      const rests = read > 0 && read === before
      before = read
      return rests
    })
    // Four frames, and what the sockets' own buffers take.
    expect(read).toBeLessThan(40_000_000)
    stop.abort(new Error('enough'))
    await expect(end).rejects.toThrow('enough')
  })

  test('that breaks at its source is not ended as if it were whole', async () => {
    await given([{ kind: 'accept' }])
    const broken = new ActionError({ code: 'context-broken', headline: 'a changed', details: [], cures: [] })
    const breaking: OpenContext = async function* () {
      await Promise.resolve()
      yield CONTENT.subarray(0, 2_000_000)
      throw broken
    }
    await expect(deliver(breaking)).rejects.toBe(broken)
    await until(() => server.attaching.attached[0]?.closed === true)
    expect(server.attaching.attached[0]?.ended).toBe(false)
  })

  test('ends when the build is cancelled', async () => {
    await given([{ kind: 'refuse', message: 'container kaniko not found' }])
    const stop = new AbortController()
    const end = deliver(content, stop.signal)
    await until(() => server.attaching.attached.length > 2)
    stop.abort(new Error('stopped'))
    await expect(end).rejects.toThrow('stopped')
  })
})

describe('a cluster that lets nobody attach', () => {
  test('is told with the rights that are missing, and how to give them', async () => {
    const message =
      'pods "app-pod" is forbidden: User "system:serviceaccount:ci:runner" cannot get resource "pods/attach" in API group "" in the namespace "ci"'
    await given([{ kind: 'answer', status: 403, message }])
    const failure = await failureOf(deliver())
    expect(failure.code).toBe('attach-refused')
    expect(failure.headline).toContain('"system:serviceaccount:ci:runner" get pods/attach in namespace "ci"')
    expect(failure.cures.join('\n')).toContain('--verb=create,get --resource=pods/attach')
    expect(failure.cures.join('\n')).toContain('--serviceaccount=ci:runner')
    expect(server.attaching.attached).toHaveLength(1)
  })

  test('to the pods of a namespace of the build’s own is told with a right for all of them', async () => {
    const message =
      'pods "app-pod" is forbidden: User "ann" cannot create resource "pods/attach" in API group "" in the namespace "container-build-1-x7k2p"'
    await given([{ kind: 'answer', status: 403, message }])
    const failure = await failureOf(
      deliver(content, never(), { ...BUILD, namespace: 'container-build-1-x7k2p' }),
    )
    expect(failure.code).toBe('attach-refused')
    expect(failure.headline).toContain('create pods/attach')
    expect(failure.shell).toContain('kind: ClusterRole\n')
    expect(failure.shell).toContain('resources: [pods/attach], verbs: [create, get]')
  })

  test.each([
    [403, 'admission webhook "no-attach.example.com" denied the request', 'policy'],
    [400, 'Upgrade request required', 'WebSockets'],
    [426, '', 'WebSockets'],
  ])('by an answer %d is told with its cure', async (status, message, cure) => {
    await given([{ kind: 'answer', status, message }])
    const failure = await failureOf(deliver())
    expect(failure.code).toBe('attach-refused')
    expect(failure.cures.join('\n')).toContain(cure)
  })

  test('although the container runs, is told after half a minute', async () => {
    await given([{ kind: 'refuse', message: 'container kaniko is not running' }], 20)
    const failure = await failureOf(deliver())
    expect(failure).toMatchObject({
      code: 'attach-refused',
      details: ['the cluster said: container kaniko is not running'],
    })
  })
})
