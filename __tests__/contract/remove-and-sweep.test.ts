import type { ClusterSession, LedgerEntry } from '../../src/cluster/cluster-session.ts'
import type { Fault } from '../support/api-faults.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import {
  never,
  notedLedger,
  openSession,
  OWNER_TOKEN,
  smallPlan,
  withSecret,
} from '../support/build-fixture.ts'

let server: ApiServer
let session: ClusterSession

beforeEach(async () => {
  server = await startApiServer()
  // Limits of two seconds must outlast a busy machine.
  session = await openSession(server, server.kubeconfig(), 20)
})

afterEach(async () => {
  session.close()
  await server.close()
})

async function createdEntries(where: 'own' | 'given'): Promise<readonly LedgerEntry[]> {
  const ledger = notedLedger()
  await session.createBuild(withSecret(smallPlan(where)), ledger, never())
  return ledger.written.filter(({ uid }) => uid !== undefined)
}

/** What a ledger holds if the create's answer never came. */
const JOB: LedgerEntry = { kind: 'Job', namespace: 'ci', name: 'app-x7k2p', ownerToken: 'token-of-x7k2p' }
const remove = (entry: LedgerEntry) => session.remove(entry, never())
const putJob = (ownerToken = 'token-of-x7k2p') =>
  server.objects.put('jobs', smallPlan('given', 'x7k2p', ownerToken).job)

describe('removing what was recorded', () => {
  test('removes each object of a build, one request each where the uid is known', async () => {
    const entries = (await createdEntries('given')).toReversed()
    const before = server.requests.length

    for (const entry of entries) expect(await remove(entry)).toEqual({ kind: 'removed' })
    expect(server.requests.length - before).toBe(entries.length)
    expect(server.requests.at(-1)?.body).toMatchObject({ propagationPolicy: 'Background' })
    const resources = ['jobs', 'configmaps', 'secrets']
    expect(resources.flatMap((resource) => server.objects.list(resource))).toEqual([])
  })

  test('removes the own namespace, and everything in it', async () => {
    const [namespace] = await createdEntries('own')

    expect(namespace && (await remove(namespace))).toEqual({ kind: 'removed' })
    expect(server.objects.list('jobs')).toEqual([])
    expect(server.objects.list('namespaces').map(({ metadata }) => metadata.name)).toEqual(['default', 'ci'])
  })

  test('looks first at a namespace that only the ledger says is ours', async () => {
    const [namespace] = await createdEntries('own')
    if (namespace === undefined) throw new Error('no namespace was created')
    const later = await openSession(server)
    try {
      await later.remove(namespace, never())
      expect(server.said('get namespaces')).toBe(1)
    } finally {
      later.close()
    }
  })

  test('does not look at one that this very session was told it has created', async () => {
    const [namespace] = await createdEntries('own')

    expect(namespace && (await remove(namespace))).toEqual({ kind: 'removed' })
    expect(server.said('get namespaces')).toBe(0)
  })

  test('is content with an object that is gone', async () => {
    expect(await remove(JOB)).toEqual({ kind: 'absent' })
    expect(await remove({ ...JOB, uid: 'gone' })).toEqual({ kind: 'absent' })
  })

  test('removes by the owner token what was created without an answer', async () => {
    putJob()

    expect(await remove(JOB)).toEqual({ kind: 'removed' })
    expect(server.objects.list('jobs')).toEqual([])
  })

  test('leaves an object alone that has our name and another owner', async () => {
    putJob('token-of-another')

    expect(await remove(JOB)).toEqual({ kind: 'foreign' })
    expect(server.said('delete jobs')).toBe(0)
  })

  test('leaves an object alone that has our name and another uid', async () => {
    putJob()

    expect(await remove({ ...JOB, uid: 'uid-of-the-first' })).toEqual({ kind: 'foreign' })
    expect(server.objects.list('jobs')).toHaveLength(1)
  })

  test.each([
    ['Job', 'jobs', 'ci'],
    ['ServiceAccount', 'serviceaccounts', 'ci'],
    ['NetworkPolicy', 'networkpolicies', 'ci'],
  ] as const)('looks whose a %s is, though the ledger says its uid', async (kind, resource, namespace) => {
    const metadata = { name: 'precious', namespace, annotations: { [OWNER_TOKEN]: 'token-of-another' } }
    const { uid = '' } = server.objects.put(resource, { apiVersion: 'v1', kind, metadata }).metadata
    const entry = { kind, namespace, name: 'precious', uid, ownerToken: 'ours' }

    expect(await remove(entry)).toEqual({ kind: 'foreign' })
    expect(server.said(`delete ${resource}`)).toBe(0)
    expect(await remove({ ...entry, ownerToken: 'token-of-another' })).toEqual({ kind: 'removed' })
  })

  test('removes nothing that it may not look at, and says so', async () => {
    const { uid = '' } = putJob().metadata
    server.forbid('get jobs')

    expect(await remove({ ...JOB, uid })).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('get jobs') as unknown,
    })
    expect(server.objects.list('jobs')).toHaveLength(1)
  })

  test.each([undefined, 'token-of-another'])(
    'never deletes a namespace whose owner token is %s',
    async (token) => {
      const annotations = token === undefined ? {} : { [OWNER_TOKEN]: token }
      const metadata = { name: 'precious', annotations }
      const { uid } = server.objects.put('namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata,
      }).metadata
      const entry = { kind: 'Namespace', namespace: '', name: 'precious', ownerToken: 'ours' } as const

      // Not even if somebody wrote its uid into our state.
      expect(await remove({ ...entry, uid: uid ?? '' })).toEqual({ kind: 'foreign' })
      expect(await remove(entry)).toEqual({ kind: 'foreign' })
      expect(server.said('delete namespaces')).toBe(0)
    },
  )

  test.each<[string, Fault]>([
    ['the connection breaks', { kind: 'reset' }],
    ['the answer is lost', { kind: 'lost-answer' }],
    ['the server is busy', { kind: 'status', status: 429 }],
  ])('tries again when %s', async (_, fault) => {
    const { uid } = putJob().metadata
    server.fail({ method: 'DELETE' }, fault)

    expect(['removed', 'absent']).toContain((await remove({ ...JOB, uid: uid ?? '' })).kind)
    expect(server.objects.list('jobs')).toEqual([])
  })

  test('says why an object could not be removed', async () => {
    const { uid } = putJob().metadata
    server.forbid('delete jobs')

    expect(await remove({ ...JOB, uid: uid ?? '' })).toEqual({
      kind: 'failed',
      reason:
        'The cluster does not let "system:serviceaccount:ci:runner" delete jobs.batch in namespace "ci"',
    })
  })

  test('goes on trying for as long as it is given: a server with many builds at once takes its time', async () => {
    const { uid } = putJob().metadata
    server.fail({ method: 'DELETE' }, { kind: 'status', status: 503 }, 6)

    expect(await remove({ ...JOB, uid: uid ?? '' })).toEqual({ kind: 'removed' })
  })

  test('does not outlast the time it is given', async () => {
    const { uid = '' } = putJob().metadata
    server.fail({ method: 'DELETE' }, { kind: 'hang' })
    const removal = session.remove({ ...JOB, uid }, AbortSignal.timeout(50))

    expect(await removal).toEqual({ kind: 'failed', reason: 'there was no time left' })
  })
})

describe('sweeping expired namespaces', () => {
  const NOW = new Date('2026-11-23T20:00:00Z')
  const OURS = { 'app.kubernetes.io/managed-by': 'hybrid-kubernetes-build' }

  function putNamespace(
    name: string,
    expiresAt: string | undefined,
    labels: Record<string, string> = OURS,
  ): void {
    const annotations = expiresAt === undefined ? {} : { 'hybrid-kubernetes-build.io/expires-at': expiresAt }
    server.objects.put('namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels, annotations },
    })
  }

  beforeEach(() => {
    server.clock = NOW
  })

  test("removes those of ours whose end has come by the server's clock", async () => {
    putNamespace('expired', '2026-11-23T19:59:59Z')
    putNamespace('alive', '2026-11-23T20:00:01Z')
    putNamespace('no-date', undefined)
    putNamespace('nonsense', 'tomorrow')
    putNamespace('theirs', '2020-01-01T00:00:00Z', { 'app.kubernetes.io/managed-by': 'helm' })

    expect(await session.sweepExpired(never())).toEqual(['expired'])
    expect(server.objects.list('namespaces').map(({ metadata }) => metadata.name)).toEqual([
      'default',
      'ci',
      'alive',
      'no-date',
      'nonsense',
      'theirs',
    ])
  })

  test('leaves a namespace alone that was changed since it was listed', async () => {
    putNamespace('renewed', '2026-11-23T19:00:00Z')
    server.fail({ method: 'DELETE' }, { kind: 'status', status: 503 })
    const sweep = session.sweepExpired(never())
    const renewed = (): void => putNamespace('renewed', '2026-11-23T21:00:00Z')
    while (server.said('delete namespaces') === 0) await new Promise(setImmediate)
    renewed()

    expect(await sweep).toEqual([])
    expect(server.objects.get('namespaces', '', 'renewed')).toBeDefined()
  })

  test('does nothing where it may not', async () => {
    server.forbid('list namespaces')

    expect(await session.sweepExpired(never())).toEqual([])
  })

  test('goes on with the others where one may not be removed', async () => {
    putNamespace('kept', '2026-11-23T19:00:00Z')
    putNamespace('gone', '2026-11-23T19:00:00Z')
    server.fail({ method: 'DELETE', path: /kept$/ }, { kind: 'status', status: 403, reason: 'Forbidden' })

    expect(await session.sweepExpired(never())).toEqual(['gone'])
  })
})
