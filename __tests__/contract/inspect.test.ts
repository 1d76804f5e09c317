import type { ClusterSession, CreatedBuild } from '../../src/cluster/cluster-session.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { never, notedLedger, openSession, smallPlan } from '../support/build-fixture.ts'
import { until } from '../support/eventually.ts'

let server: ApiServer
let session: ClusterSession
let created: CreatedBuild

beforeEach(async () => {
  server = await startApiServer({
    pod(pod) {
      pod.pending()
      pod.event('SuccessfulCreate', 'Created pod', 'Job')
      pod.event('FailedScheduling', '0/1 nodes are available')
    },
  })
  session = await openSession(server)
  created = await session.createBuild(smallPlan('given'), notedLedger(), never())
  await until(() => server.objects.list('events').length === 2)
})

afterEach(async () => {
  session.close()
  await server.close()
})

const look = (signal = never()) => session.inspect(created, signal)

describe('a look at a build that has failed', () => {
  test('finds its Job, its pod, and the events of both', async () => {
    const { job, pod, events } = await look()
    expect(job?.metadata).toMatchObject({ name: 'app-x7k2p', uid: created.jobUid })
    expect(pod?.metadata.name).toBe('app-x7k2p-pod01')
    expect(events.map(({ reason }) => reason)).toEqual(['SuccessfulCreate', 'FailedScheduling'])
  })

  test('takes four requests', async () => {
    const before = server.requests.length
    await look()
    expect(
      server.requests
        .slice(before)
        .map(({ what }) => what)
        .sort(),
    ).toEqual(['get jobs', 'list events', 'list events', 'list pods'])
  })

  test.each([
    ['get jobs', { job: false, pod: true, events: 2 }],
    ['list pods', { job: true, pod: false, events: 1 }],
    ['list events', { job: true, pod: true, events: 0 }],
  ])('leaves out what may not be read: %s', async (right, expected) => {
    server.forbid(right)
    const { job, pod, events } = await look()
    expect({ job: job !== undefined, pod: pod !== undefined, events: events.length }).toEqual(expected)
  })

  test('takes no other Job of that name, and no other Job’s pod, for the build’s', async () => {
    created = { ...created, jobUid: 'uid-of-another' }
    expect(await look()).toEqual({ job: undefined, pod: undefined, events: [] })
  })

  test('does not wait for what does not answer, and tells the rest', async () => {
    server.fail({ path: /jobs\/app/ }, { kind: 'hang' })
    const { job, pod } = await look()
    expect(job).toBeUndefined()
    expect(pod?.metadata.name).toBe('app-x7k2p-pod01')
  })

  test('finds nothing, and says nothing, where nobody answers or waits any more', async () => {
    expect(await look(AbortSignal.abort())).toEqual({ job: undefined, pod: undefined, events: [] })
    server.dropConnections()
    server.fail({}, { kind: 'reset' }, 9)
    expect(await look()).toEqual({ job: undefined, pod: undefined, events: [] })
  })
})
