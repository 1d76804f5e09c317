import type { ClusterSession } from '../../src/cluster/cluster-session.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { never, openSession } from '../support/build-fixture.ts'

let server: ApiServer
let session: ClusterSession

beforeEach(async () => {
  server = await startApiServer()
  session = await openSession(server, server.kubeconfig(), 20)
})

afterEach(async () => {
  session.close()
  await server.close()
})

describe('cleaning', () => {
  const OURS = { 'app.kubernetes.io/managed-by': 'hybrid-kubernetes-build' }
  const EXPIRES = 'hybrid-kubernetes-build.io/expires-at'

  function put(kind: 'Namespace' | 'Job', name: string, expiresAt: string, labels = OURS): void {
    const namespace = kind === 'Job' ? { namespace: 'ci' } : {}
    server.objects.put(kind === 'Job' ? 'jobs' : 'namespaces', {
      apiVersion: kind === 'Job' ? 'batch/v1' : 'v1',
      kind,
      metadata: { name, ...namespace, labels, annotations: { [EXPIRES]: expiresAt } },
    })
  }

  beforeEach(() => {
    server.clock = new Date('2026-11-23T20:00:00Z')
  })

  const clean = (namespace: string | undefined, isDryRun = false) =>
    session.clean({ namespace, isDryRun }, never())

  test('removes the expired builds of a namespace, and no others', async () => {
    put('Job', 'old', '2026-11-23T19:00:00Z')
    put('Job', 'young', '2026-11-23T21:00:00Z')
    put('Job', 'theirs', '2020-01-01T00:00:00Z', { 'app.kubernetes.io/managed-by': 'helm' })
    put('Namespace', 'expired', '2026-11-23T19:00:00Z')

    expect(await clean('ci')).toEqual({
      removed: [{ kind: 'Job', namespace: 'ci', name: 'old' }],
      kept: [{ kind: 'Job', namespace: 'ci', name: 'young', reason: 'it expires at 2026-11-23T21:00:00Z' }],
      failed: [],
    })
    expect(server.objects.list('jobs').map(({ metadata }) => metadata.name)).toEqual(['young', 'theirs'])
    expect(server.objects.get('namespaces', '', 'expired')).toBeDefined()
  })

  test('removes the expired namespaces where none is named', async () => {
    put('Namespace', 'expired', '2026-11-23T19:00:00Z')
    put('Job', 'old', '2026-11-23T19:00:00Z')

    expect(await clean(undefined)).toEqual({
      removed: [{ kind: 'Namespace', namespace: '', name: 'expired' }],
      kept: [],
      failed: [],
    })
    expect(server.objects.list('jobs')).toHaveLength(1)
  })

  test.each<[string, object, string]>([
    ['has no expiry', {}, 'it has no expiry'],
    ['has an expiry in words', { annotations: { [EXPIRES]: 'tomorrow' } }, 'its expiry is not a time'],
    // Which Date.parse would take for a day of 2001.
    ['has a number for an expiry', { annotations: { [EXPIRES]: '1' } }, 'its expiry is not a time'],
    [
      'is being removed already',
      { annotations: { [EXPIRES]: '2020-01-01T00:00:00Z' }, deletionTimestamp: '2026-11-23T19:00:00Z' },
      'it is being removed already',
    ],
    [
      'lives on',
      { annotations: { [EXPIRES]: '2026-11-23T20:00:01+00:00' } },
      'it expires at 2026-11-23T20:00:01+00:00',
    ],
  ])('leaves alone what %s, and says so', async (_, metadata, reason) => {
    const object = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'one', labels: OURS, ...metadata },
    }
    server.objects.put('namespaces', object)

    expect(await clean(undefined)).toEqual({
      removed: [],
      kept: [{ kind: 'Namespace', namespace: '', name: 'one', reason }],
      failed: [],
    })
    expect(server.said('delete namespaces')).toBe(0)
  })

  test('leaves alone what was changed since it was listed', async () => {
    put('Job', 'renewed', '2026-11-23T19:00:00Z')
    server.fail({ method: 'DELETE' }, { kind: 'status', status: 503 })
    const cleaning = clean('ci')
    while (server.said('delete jobs') === 0) await new Promise(setImmediate)
    put('Job', 'renewed', '2026-11-23T21:00:00Z')

    expect(await cleaning).toMatchObject({ removed: [], kept: [{ reason: 'it was changed meanwhile' }] })
  })

  test('asks in a dry run whether the cluster would, and removes nothing', async () => {
    put('Namespace', 'expired', '2026-11-23T19:00:00Z')

    expect(await clean(undefined, true)).toMatchObject({ removed: [{ name: 'expired' }], failed: [] })
    expect(server.said('delete namespaces')).toBe(1)
    expect(server.objects.get('namespaces', '', 'expired')).toBeDefined()
    server.forbid('delete namespaces')
    expect(await clean(undefined, true)).toMatchObject({ removed: [], failed: [{ name: 'expired' }] })
  })

  test('says what it may not remove', async () => {
    put('Job', 'old', '2026-11-23T19:00:00Z')
    server.forbid('delete jobs')
    expect(await clean('ci')).toMatchObject({
      removed: [],
      failed: [{ name: 'old', code: 'forbidden', reason: expect.stringContaining('delete jobs') as unknown }],
    })
  })

  test('tells a conflict from a removal that has begun already', async () => {
    put('Namespace', 'guarded', '2026-11-23T19:00:00Z')
    const refusal = { kind: 'status', status: 409, reason: 'Conflict', message: 'not now' } as const
    server.fail({ method: 'DELETE' }, refusal)
    expect(await clean(undefined)).toMatchObject({ removed: [], failed: [{ name: 'guarded' }] })

    server.fail({ method: 'DELETE' }, refusal)
    server.witness = ({ method }, moment) => {
      if (method !== 'DELETE' || moment !== 'arrived') return undefined
      const metadata = { name: 'guarded', labels: OURS, deletionTimestamp: '2026-11-23T20:00:00Z' }
      server.objects.put('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata })
      return undefined
    }
    expect(await clean(undefined)).toMatchObject({ removed: [{ name: 'guarded' }], failed: [] })
  })

  test.each([
    [undefined, 'list namespaces', 'namespaces'],
    ['ci', 'list jobs', 'jobs'],
  ])('says what may not be done (%s)', async (namespace, rule, what) => {
    server.forbid(rule)
    await expect(clean(namespace)).rejects.toMatchObject({
      failure: { code: 'forbidden', headline: expect.stringContaining(what) as unknown },
    })
  })
})
