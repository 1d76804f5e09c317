import type { BuildSnapshot, LogLine } from '../../src/cluster/cluster-session.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { until } from '../support/eventually.ts'
import { DIGEST, never, notedLedger, openSession, smallPlan } from '../support/build-fixture.ts'
import { succeeds } from '../support/scripted-pod.ts'

let server: ApiServer

afterEach(() => server.close())

describe('a build that goes well', () => {
  test('in a given namespace takes nine requests over few connections', async () => {
    server = await startApiServer({
      async pod(pod) {
        // A real pod takes longer to start than a watch.
        await until(() => server.said('watch pods') > 0)
        await succeeds(DIGEST, 'one', 'two')(pod)
      },
    })
    // Real time: a closer look begins after 1.5 s, long after this build is over.
    const session = await openSession(server, server.kubeconfig(), 1)
    const ledger = notedLedger()
    const facts = await session.survey(never())
    const created = await session.createBuild(smallPlan('given'), ledger, never())

    const lines: LogLine[] = []
    const ended = Promise.withResolvers<undefined>()
    const stop = new AbortController()
    let last: BuildSnapshot | undefined
    let log
    for await (const snapshot of session.observe(created, stop.signal)) {
      last = snapshot
      const state = snapshot.pod?.status?.containerStatuses?.[0]?.state
      if (snapshot.pod && (state?.running ?? state?.terminated)) {
        log ??= session.followLog(
          created,
          snapshot.pod,
          { line: (line) => lines.push(line), gap: () => undefined },
          ended.promise,
          never(),
        )
      }
      if (state?.terminated) break
    }
    ended.resolve(undefined)
    const end = await log
    const [job] = ledger.written.filter(({ kind, uid }) => kind === 'Job' && uid !== undefined)
    const removal = job && (await session.remove(job, never()))
    stop.abort()
    session.close()

    expect(facts).toMatchObject({ kubernetesVersion: 'v1.34.4', server: new URL(server.url).host })
    expect(last?.pod?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 0,
      message: DIGEST,
    })
    expect(last?.job?.metadata.uid).toBe(created.jobUid)
    expect(lines.map(({ text }) => text)).toEqual(['one', 'two'])
    expect(end).toEqual({ kind: 'complete' })
    expect(removal).toEqual({ kind: 'removed' })
    expect(server.objects.list('pods')).toEqual([])
    expect(server.requests.map(({ what, path }) => (what === '' ? path : what)).sort()).toEqual([
      '/version',
      'create configmaps',
      'create jobs',
      'delete jobs',
      'get pods/log',
      'get pods/log',
      'list nodes',
      'list pods',
      'watch pods',
    ])
    expect(server.connections).toBeLessThanOrEqual(3)
  })
})
