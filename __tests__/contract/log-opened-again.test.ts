import type { ClusterSession, LogEnd } from '../../src/cluster/cluster-session.ts'
import type { Fault } from '../support/api-faults.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { never, notedLedger, openSession, smallPlan } from '../support/build-fixture.ts'
import { until } from '../support/eventually.ts'
import type { ScriptedPod } from '../support/scripted-pod.ts'

const FOLLOW = { path: /\/log$/, follow: true }
const FINAL = { path: /\/log$/, follow: false }

let server: ApiServer
let session: ClusterSession

beforeEach(async () => {
  server = await startApiServer({ pod: (made) => made.running() })
  session = await openSession(server)
})

afterEach(async () => {
  session.close()
  await server.close()
})

interface FollowedLog {
  readonly pod: ScriptedPod
  readonly texts: string[]
  end(): Promise<LogEnd>
}

/** A log whose first line has been read. */
async function followed(): Promise<FollowedLog> {
  const build = await session.createBuild(smallPlan('given'), notedLedger(), never())
  await until(() => server.pods.length === 1)
  const [pod] = server.pods
  if (pod === undefined) throw new Error('no pod was scripted')
  const ended = Promise.withResolvers<undefined>()
  const texts: string[] = []
  const listener = {
    line: ({ text }: { text: string }) => void texts.push(text),
    gap: (text: string) => void texts.push(`[${text}]`),
  }
  const log = session.followLog(build, pod.seen(), listener, ended.promise, never())
  pod.print('before')
  await until(() => texts.length === 1)
  return {
    pod,
    texts,
    end() {
      pod.exits(0)
      ended.resolve(undefined)
      return log
    },
  }
}

/** In the kubelet's words, which the API server passes on. */
const unknownToNode: Fault = {
  kind: 'status',
  status: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource ( pods/log app-x7k2p-abcde)',
}
const refused = (status: number, reason: string): Fault => ({ kind: 'status', status, reason })

describe('a log that is opened again', () => {
  test.each<[string, Fault]>([
    ['a kubelet that has restarted and knows no pods yet', unknownToNode],
    // Also with fresh credentials.
    ['an API server that has restarted and knows nobody yet', refused(401, 'Unauthorized')],
    ['an API server that has restarted and lets nobody in yet', refused(403, 'Forbidden')],
  ])('loses no line by %s', async (_, fault) => {
    const log = await followed()
    server.fail(FOLLOW, { kind: 'reset' })
    server.fail(FOLLOW, fault, 6)
    server.fail(FINAL, fault, 4)
    const asked = server.said('get pods/log')
    server.dropConnections()
    log.pod.print('meanwhile')
    await until(() => server.said('get pods/log') > asked + 7 && log.texts.length === 2)
    log.pod.print('after')

    expect(await log.end()).toEqual({ kind: 'complete' })
    expect(log.texts).toEqual(['before', 'meanwhile', 'after'])
  })

  test('is given up where it stays forbidden, and the end says why', async () => {
    const log = await followed()
    server.forbid('get pods/log')
    server.dropConnections()
    log.pod.print('after')

    expect(await log.end()).toEqual({
      kind: 'incomplete',
      reason: 'The cluster does not let "system:serviceaccount:ci:runner" get pods/log in namespace "ci"',
    })
    expect(log.texts).toEqual(['before'])
  })
})
