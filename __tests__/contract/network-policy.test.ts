import type { ClusterSession } from '../../src/cluster/cluster-session.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { never, notedLedger, openSession, smallPlan } from '../support/build-fixture.ts'

let server: ApiServer
let session: ClusterSession

beforeEach(async () => {
  server = await startApiServer()
  session = await openSession(server)
})

afterEach(async () => {
  session.close()
  await server.close()
})

test('the network is closed before the Job is there, and another try takes the policy for its own', async () => {
  const plan = smallPlan()
  const { metadata } = plan.job
  const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: {} }
  const closed = { ...plan, surroundings: [...plan.surroundings, policy] }
  const ledger = notedLedger()
  await session.createBuild(closed, ledger, never())

  expect(server.requests.map(({ what }) => what).slice(1, 4)).toEqual([
    'create serviceaccounts',
    'create networkpolicies',
    'create jobs',
  ])
  expect(ledger.entries().map(({ kind }) => kind)).toContain('NetworkPolicy')
  const job = { ...plan.job, metadata: { ...metadata, name: 'app-2-x7k2p' } }
  await session.createBuild({ ...closed, job, contextMap: undefined }, ledger, never())
  expect(server.objects.list('networkpolicies')).toHaveLength(1)
})

test('the API server is where the runner reaches it, where nothing more may be read', async () => {
  server.forbid('get services', 'list endpointslices')
  const [first] = await session.serverAddresses(never())
  expect(first?.address).toBe('127.0.0.1')
})
