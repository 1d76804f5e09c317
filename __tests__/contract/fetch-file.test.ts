import { randomFillSync } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { ClusterSession } from '../../src/cluster/cluster-session.ts'
import type { FileSink } from '../../src/cluster/fetching.ts'
import { ActionError } from '../../src/failure/failure.ts'
import { type IncomingFile, incomingFile } from '../../src/image-files/received-file.ts'
import { type ApiServer, startApiServer } from '../support/api-server.ts'
import { never, openSession } from '../support/build-fixture.ts'
import { until } from '../support/eventually.ts'
import type { ExecScene } from '../support/exec-script.ts'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`
const POD = { namespace: 'ci', pod: 'app-pod' }

/** No multiple of a piece. */
const CONTENT = randomFillSync(Buffer.alloc(3_300_001))
const OTHER = randomFillSync(Buffer.alloc(3_300_001))
const whole: ExecScene = { kind: 'send', content: CONTENT }

let server: ApiServer
let session: ClusterSession
let folder = ''
let file: IncomingFile

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fetch-'))
  file = incomingFile(join(folder, 'out', 'image.tar'), 'out/image.tar', () => 'x1y2z')
})
afterEach(async () => {
  session.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** `factor` seconds pass in one. */
async function given(scenes: ExecScene[], factor = 1): Promise<void> {
  server = await startApiServer()
  server.executing.scenes = scenes
  session = await openSession(server, server.kubeconfig(), factor)
}

interface Fetched {
  readonly again: readonly string[]
  readonly bytes: number
}

/** As the story does it: kept if whole, dropped in any case. */
async function fetch(sink: FileSink = file, signal = never()): Promise<Fetched> {
  const again: string[] = []
  try {
    const onAgain = (reason: string) => void again.push(reason)
    const { bytes } = await session.fetchFile(
      POD,
      { builder: 'kaniko', form: 'docker', digest: DIGEST },
      { sink, onAgain },
      signal,
    )
    await file.keep()
    return { again, bytes }
  } finally {
    await file.drop()
  }
}

async function failureOf(fetching: Promise<unknown>): Promise<ActionError['failure']> {
  const error: unknown = await fetching.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ActionError) return error.failure
  throw new Error('an ActionError was expected', { cause: error })
}

const files = () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
const attempts = () => server.executing.executed.length

describe('a file on its way to the runner', () => {
  test('arrives whole, by one request, and only then has its name', async () => {
    await given([whole])
    mkdirSync(join(folder, 'out'))
    writeFileSync(file.path, 'an older one')
    expect(await fetch()).toEqual({ again: [], bytes: CONTENT.length })
    expect(readFileSync(file.path).equals(CONTENT)).toBe(true)
    expect(files()).toEqual(['out', 'out/image.tar'])
    const [one] = server.executing.executed
    expect(one).toMatchObject({
      path: '/api/v1/namespaces/ci/pods/app-pod/exec',
      protocol: 'v5.channel.k8s.io',
    })
    expect(one?.query.getAll('command')).toEqual(['sh', '-c', expect.stringContaining('sha256sum')])
    expect(Object.fromEntries(one?.query ?? [])).toMatchObject({
      container: 'image-helper',
      stdout: 'true',
      stderr: 'true',
    })
  })

  test('arrives over the older protocol', async () => {
    await given([whole])
    server.executing.protocols = ['v4.channel.k8s.io']
    await fetch()
    expect(readFileSync(file.path).equals(CONTENT)).toBe(true)
    expect(server.executing.executed[0]?.protocol).toBe('v4.channel.k8s.io')
  })

  test.each([0, 1, 32_768, 1_650_000, CONTENT.length - 1, CONTENT.length])(
    'that is cut after %d bytes is fetched again from its beginning',
    async (afterBytes) => {
      await given([{ kind: 'cut', content: OTHER, afterBytes }, whole], 20)
      expect((await fetch()).again).toEqual([expect.stringMatching(/^the connection was cut after \d/)])
      expect(readFileSync(file.path).equals(CONTENT)).toBe(true)
    },
  )

  test.each<[string, string, string]>([
    ['other bytes than were sent', `sent ${CONTENT.length} ${'0'.repeat(64)}`, 'SHA-256'],
    ['fewer bytes', `sent ${CONTENT.length + 1} ${'0'.repeat(64)}`, '3300001 bytes arrived of the 3300002'],
    ['no word about it', '', 'did not say'],
  ])('with %s is fetched again', async (_, says, reason) => {
    await given([{ kind: 'send', content: CONTENT, says }, whole], 20)
    expect((await fetch()).again).toEqual([expect.stringContaining(reason)])
    expect(readFileSync(file.path).equals(CONTENT)).toBe(true)
  })

  test.each<[string, ExecScene, string]>([
    [
      'it is refused late',
      { kind: 'fail', stderr: '', message: 'container not found' },
      'container not found',
    ],
    ['it is cut', { kind: 'cut', content: CONTENT, afterBytes: 2_000_000 }, 'the connection was cut after'],
    ['it is wrong', { kind: 'send', content: OTHER, says: `sent 3300001 ${'0'.repeat(64)}` }, 'SHA-256'],
  ])('each time that %s is given up after three, and leaves nothing', async (_, scene, reason) => {
    await given([scene], 20)
    const failure = await failureOf(fetch())
    expect(failure).toMatchObject({
      code: 'output-failed',
      headline: 'The image did not arrive whole on the runner, in 3 attempts.',
      details: [expect.stringContaining(reason)],
    })
    expect(attempts()).toBe(3)
    expect(files()).toEqual(['out'])
  })

  test('that the container will not send, and says why, is not asked for again', async () => {
    await given([{ kind: 'fail', stderr: 'a layer of it is missing\n', message: 'exit code 1' }], 20)
    const failure = await failureOf(fetch())
    expect(failure.code).toBe('output-failed')
    expect(failure.headline).toBe('The image cannot be read in its pod: a layer of it is missing.')
    expect(attempts()).toBe(1)
    expect(files()).toEqual(['out'])
  })

  test.each(['silent', 'stall'] as const)('that is %s for a minute counts as cut', async (kind) => {
    await given([{ kind, content: OTHER, afterBytes: 100_000 }, whole], 100)
    expect((await fetch()).again).toEqual([expect.stringMatching(/minute after 0\.1 MB$/)])
    expect(readFileSync(file.path).equals(CONTENT)).toBe(true)
  })

  test('is read no faster than the disk takes it, and slowness is no silence', async () => {
    await given([{ kind: 'endless' }], 100)
    const [slow, stop] = [Promise.withResolvers<undefined>(), new AbortController()]
    const sink: FileSink = { ...sinkOf(file), write: () => slow.promise }
    const fetching = fetch(sink, stop.signal)
    let before = -1
    await until(() => {
      const sent = server.executing.executed[0]?.sent ?? 0
      const rests = sent > 0 && sent === before
      before = sent
      return rests
    })
    // What the sockets' own buffers take.
    expect(before).toBeLessThan(20_000_000)
    // Three minutes of the session's time.
    await new Promise((resolve) => setTimeout(resolve, 1_800))
    expect(server.executing.executed).toMatchObject([{ closed: false }])
    stop.abort(new Error('enough'))
    await expect(fetching).rejects.toThrow('enough')
    await until(() => server.executing.executed[0]?.closed === true)
  })

  test('leaves nothing when the step is cancelled', async () => {
    await given([{ kind: 'endless' }])
    const stop = new AbortController()
    const fetching = fetch(file, stop.signal)
    await until(() => (server.executing.executed[0]?.sent ?? 0) > 500_000)
    expect(files()).toEqual(['out', 'out/.hybrid-kubernetes-build-x1y2z.part'])
    stop.abort(new Error('stopped'))
    await expect(fetching).rejects.toThrow('stopped')
    expect(files()).toEqual(['out'])
  })

  test('that the disk has no room for is told so, and not tried again', async () => {
    await given([whole])
    mkdirSync(join(folder, 'out'))
    symlinkSync('/dev/full', join(folder, 'out', '.hybrid-kubernetes-build-x1y2z.part'))
    const failure = await failureOf(fetch())
    expect(failure).toMatchObject({
      code: 'output-failed',
      headline:
        'The image could not be written to "out/image.tar" on the runner: the runner\'s disk is full.',
    })
    expect(attempts()).toBe(1)
    expect(files()).toEqual(['out'])
  })

  test('whose folder cannot be made is told so before anything is asked for', async () => {
    await given([whole])
    writeFileSync(join(folder, 'out'), '')
    expect((await failureOf(fetch())).headline).toContain('on the runner: ')
    expect(attempts()).toBe(0)
  })

  test('waits for an API server that restarts', async () => {
    await given([{ kind: 'answer', status: 503, message: 'starting' }, whole], 20)
    expect(await fetch()).toEqual({ again: [], bytes: CONTENT.length })
  })
})

describe('a cluster that lets nobody execute anything', () => {
  const forbidden = (namespace: string) =>
    `pods "app-pod" is forbidden: User "system:serviceaccount:ci:runner" cannot create resource "pods/exec" in API group "" in the namespace "${namespace}"`

  test('is told with the right that is missing, and how to give it', async () => {
    await given([{ kind: 'answer', status: 403, message: forbidden('ci') }])
    const failure = await failureOf(fetch())
    expect(failure.code).toBe('forbidden')
    expect(failure.headline).toContain('"system:serviceaccount:ci:runner" create pods/exec in namespace "ci"')
    expect(failure.cures.join('\n')).toContain(
      'kubectl -n ci create role image-builder-outputs --verb=create,get --resource=pods/exec',
    )
    expect(failure.cures.join('\n')).toContain('--serviceaccount=ci:runner')
    expect(attempts()).toBe(1)
  })

  test('in a namespace of the build’s own is told with a right in all of them', async () => {
    const namespace = 'container-build-1-x7k2p'
    await given([{ kind: 'answer', status: 403, message: forbidden(namespace) }])
    const onAgain = (): void => undefined
    const pod = { ...POD, namespace }
    const failure = await failureOf(
      session.fetchFile(
        pod,
        { builder: 'kaniko', form: 'oci', digest: DIGEST },
        { sink: file, onAgain },
        never(),
      ),
    )
    await file.drop()
    expect(failure.cures.join('\n')).toContain('create clusterrole image-builder-outputs')
  })

  test.each([
    [403, 'admission webhook "no-exec.example.com" denied the request', 'policy'],
    [400, 'Upgrade request required', 'WebSockets'],
    [404, 'pods "app-pod" not found', 'clean-up job'],
  ])('by an answer %d is told with its cure', async (status, message, cure) => {
    await given([{ kind: 'answer', status, message }])
    const failure = await failureOf(fetch())
    expect(failure.code).toBe('output-failed')
    expect(failure.cures.join('\n')).toContain(cure)
  })
})

describe('whether a file could be fetched', () => {
  const checked = async (status: number, message: string) => {
    await given([])
    server.executing.check = { kind: 'answer', status, message }
    await session.checkExec('ci', never())
  }

  test.each([
    [404, 'pods "no-such-pod" not found'],
    [500, 'in trouble'],
    [429, 'too many'],
  ])('is not denied by an answer %d', async (status, message) => {
    await checked(status, message)
    expect(server.executing.checks).toBe(1)
  })

  test('is denied by a missing right', async () => {
    const failure = await failureOf(checked(403, 'User "ann" cannot get resource "pods/exec" in x'))
    expect(failure.code).toBe('forbidden')
    expect(failure.headline).toContain('"ann" get pods/exec')
  })
})

describe('the container beside Kaniko', () => {
  test('is told to end by a signal', async () => {
    await given([{ kind: 'send', content: Buffer.alloc(0), says: '' }])
    await session.endHelper(POD, never())
    expect(server.executing.executed[0]?.query.getAll('command')[2]).toContain('kill -TERM')
  })

  test('that cannot be told is left to its deadline, without a word', async () => {
    await given([{ kind: 'answer', status: 403, message: 'no' }])
    await session.endHelper(POD, never())
    expect(attempts()).toBe(1)
  })
})

/** Methods of a class are no properties to spread. */
function sinkOf(one: IncomingFile): FileSink {
  return { begin: () => one.begin(), write: (data) => one.write(data), end: () => one.end() }
}
