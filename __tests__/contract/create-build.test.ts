import { placesOf } from '../../src/plan/places.ts'
import type { Fault, Match } from '../support/api-faults.ts'
import { stateLedger } from '../../src/runner/state-ledger.ts'
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
import { until } from '../support/eventually.ts'
import { buildSecret, secretFiles } from '../../src/plan/build-secrets.ts'
import type { ClusterSession } from '../../src/cluster/cluster-session.ts'
import { ActionError } from '../../src/failure/failure.ts'

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

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof ActionError ? error.failure : undefined),
  )

describe('creating a build', () => {
  test('makes surroundings, Job, then the context that the Job owns', async () => {
    const created = await session.createBuild(smallPlan(), notedLedger(), never())

    expect(server.requests.map(({ what }) => what)).toEqual([
      'create namespaces',
      'create serviceaccounts',
      'create jobs',
      'create configmaps',
    ])
    const [map] = server.objects.list('configmaps')
    expect(map?.metadata.ownerReferences).toEqual([
      { apiVersion: 'batch/v1', kind: 'Job', name: 'app-x7k2p', uid: created.jobUid },
    ])
    expect(created).toMatchObject({ jobName: 'app-x7k2p', random: 'x7k2p', container: 'kaniko' })
  })

  test('makes registry credentials after the Job, which owns them, and before the context', async () => {
    const { jobUid } = await session.createBuild(withSecret(smallPlan()), notedLedger(), never())

    expect(server.requests.map(({ what }) => what).slice(-3)).toEqual([
      'create jobs',
      'create secrets',
      'create configmaps',
    ])
    const [secret] = server.objects.list('secrets')
    expect(secret?.metadata.ownerReferences).toEqual([
      { apiVersion: 'batch/v1', kind: 'Job', name: 'app-x7k2p', uid: jobUid },
    ])
  })

  test('makes all Secrets of a plan, and they go with the Job', async () => {
    const plan = withSecret(smallPlan('given'))
    const metadata = { ...plan.job.metadata, name: 'app-secrets-x7k2p' }
    const own = buildSecret(
      metadata,
      secretFiles(new Map([['npm', Buffer.from('S3cret')]]), placesOf('kaniko')),
    )
    const ledger = notedLedger()
    const { jobUid } = await session.createBuild(
      { ...plan, secrets: [...plan.secrets, own] },
      ledger,
      never(),
    )

    expect(server.requests.map(({ what }) => what)).toEqual([
      'create jobs',
      'create secrets',
      'create secrets',
      'create configmaps',
    ])
    const made = server.objects.list('secrets')
    expect(made.map(({ metadata: { name } }) => name)).toEqual(['app-x7k2p', 'app-secrets-x7k2p'])
    expect(made[1]).toMatchObject({ data: { 'secret-1': Buffer.from('S3cret').toString('base64') } })
    for (const one of made) expect(one.metadata.ownerReferences).toMatchObject([{ kind: 'Job', uid: jobUid }])
    expect(JSON.stringify(ledger.written)).not.toContain('S3cret')

    const jobs = ledger.written.filter(({ kind, uid }) => kind === 'Job' && uid !== undefined)
    for (const job of jobs) expect(await session.remove(job, never())).toEqual({ kind: 'removed' })
    expect(server.objects.list('secrets')).toEqual([])
  })

  test('needs the right to make Secrets only where there are credentials to send', async () => {
    server.forbid('create secrets')
    await session.createBuild(smallPlan('given', 'aaaaa'), notedLedger(), never())
    const ledger = notedLedger()
    const failure = await failureOf(session.createBuild(withSecret(smallPlan('given')), ledger, never()))

    expect(failure).toMatchObject({ code: 'forbidden' })
    expect(failure?.headline).toContain('create secrets in namespace "ci"')
    expect(ledger.entries().map(({ kind, uid }) => `${kind} ${uid === undefined ? '' : 'made'}`)).toContain(
      'Job made',
    )
    expect(ledger.entries().some(({ kind }) => kind === 'Secret')).toBe(false)
  })

  test('needs no right to read Secrets, even where the answer to making one is lost', async () => {
    server.forbid('get secrets')
    server.fail({ method: 'POST', path: /secrets$/ }, { kind: 'lost-answer' })
    const ledger = notedLedger()
    await session.createBuild(withSecret(smallPlan('given')), ledger, never())

    const [entry] = ledger.entries().filter(({ kind }) => kind === 'Secret')
    expect(entry).toMatchObject({ name: 'app-x7k2p', namespace: 'ci' })
    expect(server.objects.list('configmaps')).toHaveLength(1)
    // It goes with its Job; nobody is to be told that it could not be looked for.
    expect(entry && (await session.remove(entry, never()))).toEqual({ kind: 'absent' })
    for (const made of ledger.written.filter(({ kind, uid }) => kind === 'Job' && uid !== undefined)) {
      await session.remove(made, never())
    }
    expect(server.objects.list('secrets')).toEqual([])
  })

  test('takes no Secret for its own that was there before', async () => {
    const [theirs] = withSecret(smallPlan('given', 'x7k2p', 'token-of-another')).secrets
    if (theirs) server.objects.put('secrets', theirs)
    server.forbid('get secrets')
    const failure = await failureOf(
      session.createBuild(withSecret(smallPlan('given')), notedLedger(), never()),
    )

    expect(failure?.headline).toContain('Secret "app-x7k2p" in namespace "ci" exists already')
  })

  test('writes each object down before it asks for it, and its uid after', async () => {
    const asked: number[] = []
    const ledger = notedLedger()
    const record = (entry: Parameters<typeof ledger.record>[0]) => {
      asked.push(server.requests.length)
      ledger.record(entry)
    }
    await session.createBuild(smallPlan(), { ...ledger, record }, never())

    expect(asked).toEqual([0, 1, 1, 2, 2, 3, 3, 4])
    expect(
      ledger.written.map(({ kind, uid }) => `${kind} ${uid === undefined ? 'planned' : 'made'}`),
    ).toEqual([
      'Namespace planned',
      'Namespace made',
      'ServiceAccount planned',
      'ServiceAccount made',
      'Job planned',
      'Job made',
      'ConfigMap planned',
      'ConfigMap made',
    ])
    expect(ledger.written[0]).toMatchObject({ namespace: '', ownerToken: 'token-of-x7k2p' })
  })

  test.each<[string, Match, Fault]>([
    ['the answer is lost', { method: 'POST', path: /jobs$/ }, { kind: 'lost-answer' }],
    ['the connection breaks first', { method: 'POST', path: /jobs$/ }, { kind: 'reset' }],
    ['the answer is cut in the middle', { method: 'POST', path: /jobs$/ }, { kind: 'cut', afterBytes: 20 }],
    ['the namespace answer is lost', { method: 'POST', path: /namespaces$/ }, { kind: 'lost-answer' }],
    [
      'the server is too busy',
      { method: 'POST', path: /jobs$/ },
      { kind: 'status', status: 429, reason: 'TooManyRequests', retryAfter: 2 },
    ],
    ['the server is starting', { method: 'POST' }, { kind: 'status', status: 503 }],
    [
      'etcd elects a leader',
      { method: 'POST', path: /configmaps$/ },
      { kind: 'status', status: 500, message: 'etcdserver: leader changed' },
    ],
    [
      'a quota is being written by another',
      { method: 'POST', path: /jobs$/ },
      {
        kind: 'status',
        status: 409,
        reason: 'Conflict',
        message: 'Operation cannot be fulfilled on resourcequotas "q": the object has been modified',
      },
    ],
    [
      'the new namespace is not known everywhere yet',
      { method: 'POST', path: /serviceaccounts$/ },
      { kind: 'status', status: 404, reason: 'NotFound', message: 'namespaces "x" not found' },
    ],
  ])('succeeds once, although %s', async (_, match, fault) => {
    server.fail(match, fault, 2)
    const created = await session.createBuild(smallPlan(), notedLedger(), never())

    const jobs = server.objects.list('jobs')
    expect(jobs.map(({ metadata }) => metadata.uid)).toEqual([created.jobUid])
    expect(server.objects.list('configmaps')).toHaveLength(1)
  })

  test('an object of that name that is not ours is an error, and stays', async () => {
    const theirs = smallPlan('given', 'x7k2p', 'token-of-another').job
    const { uid } = server.objects.put('jobs', theirs).metadata
    const failure = await failureOf(session.createBuild(smallPlan('given'), notedLedger(), never()))

    expect(failure?.headline).toBe(
      'Job "app-x7k2p" in namespace "ci" exists already and belongs to somebody else.',
    )
    expect(server.objects.get('jobs', 'ci', 'app-x7k2p')?.metadata).toMatchObject({
      uid,
      annotations: { [OWNER_TOKEN]: 'token-of-another' },
    })
  })

  test('waits for an object of ours that is still being deleted', async () => {
    const { job } = smallPlan('given')
    server.objects.put('jobs', {
      ...job,
      metadata: { ...job.metadata, deletionTimestamp: '2026-11-23T20:00:00Z' },
    })
    const creation = session.createBuild(smallPlan('given'), notedLedger(), never())
    await until(() => server.said('get jobs') > 0)
    server.objects.remove('jobs', 'ci', 'app-x7k2p')

    const { jobUid } = await creation
    expect(server.objects.get('jobs', 'ci', 'app-x7k2p')?.metadata.uid).toBe(jobUid)
  })

  test('an abort ends the waiting for a server that hangs', async () => {
    server.fail({ method: 'POST' }, { kind: 'hang' })
    const stop = new AbortController()
    const creation = session.createBuild(smallPlan(), notedLedger(), stop.signal)
    await until(() => server.requests.length > 0)
    stop.abort()

    await expect(creation).rejects.toBe(stop.signal.reason)
  })

  test('an abort lets the create that is under way come to its end, and writes down what it made', async () => {
    const slow = Promise.withResolvers<undefined>()
    server.fail({ path: /jobs$/ }, { kind: 'held', until: slow.promise })
    session.close()
    // Real time: the create has 1.5 s left.
    session = await openSession(server, server.kubeconfig(), 1)
    const ledger = notedLedger()
    const stop = new AbortController()
    const creation = session.createBuild(smallPlan('given'), ledger, stop.signal)
    await until(() => server.said('create jobs') > 0)
    stop.abort()
    slow.resolve(undefined)

    await expect(creation).rejects.toBe(stop.signal.reason)
    const [job] = server.objects.list('jobs')
    expect(job).toBeDefined()
    expect(ledger.written.at(-1)).toMatchObject({ kind: 'Job', uid: job?.metadata.uid })
    expect(server.said('create configmaps')).toBe(0)
  })

  test.each<[string, readonly Fault[], boolean]>([
    ['was refused', [{ kind: 'status', status: 403 }], false],
    [
      'was refused, at first for a moment',
      [
        { kind: 'status', status: 429 },
        { kind: 'status', status: 403 },
      ],
      false,
    ],
    [
      'was refused after an answer was lost',
      [{ kind: 'lost-answer' }, { kind: 'status', status: 403 }],
      true,
    ],
    ['was refused after a connection broke', [{ kind: 'reset' }, { kind: 'status', status: 403 }], true],
  ])('an object that %s is struck out only if it cannot exist', async (_, faults, isKept) => {
    for (const fault of faults) server.fail({ path: /jobs$/ }, fault)
    const ledger = notedLedger()
    await failureOf(session.createBuild(smallPlan('given'), ledger, never()))

    expect(ledger.entries().some(({ kind }) => kind === 'Job')).toBe(isKept)
  })

  test('an object that exists, but may not be looked at, stays written down', async () => {
    server.fail({ path: /jobs$/ }, { kind: 'lost-answer' })
    server.forbid('get jobs')
    const ledger = notedLedger()
    await failureOf(session.createBuild(smallPlan('given'), ledger, never()))

    expect(ledger.entries()).toMatchObject([{ kind: 'Job', name: 'app-x7k2p' }])
  })

  test('a missing right is told by name, with what gives it and all others, ready to be applied', async () => {
    server.forbid('create jobs')
    const failure = await failureOf(session.createBuild(smallPlan('given'), notedLedger(), never()))

    expect(failure).toMatchObject({
      code: 'forbidden',
      headline:
        'The cluster does not let "system:serviceaccount:ci:runner" create jobs.batch in namespace "ci".',
      shell: expect.stringMatching(
        /^kubectl apply -f - <<'YAML'\n[^]*kind: RoleBinding[^]*\nYAML$/,
      ) as unknown,
    })
    expect(server.said('create jobs')).toBe(1)
  })

  test('an object that the cluster refuses is struck from the ledger: who may not create it may not look for it either', async () => {
    server.forbid('create jobs')
    const ledger = stateLedger(() => undefined)
    await failureOf(session.createBuild(smallPlan('given'), ledger, never()))
    expect(ledger.entries()).toEqual([])
  })

  test('a given namespace that does not exist is an input that is wrong', async () => {
    server.objects.remove('namespaces', '', 'ci')
    const failure = await failureOf(session.createBuild(smallPlan('given'), notedLedger(), never()))

    expect(failure).toMatchObject({ code: 'input', headline: 'The namespace "ci" does not exist.' })
  })

  test('a server that stays broken is told after several tries', async () => {
    server.fail({ method: 'POST' }, { kind: 'status', status: 503, reason: 'ServiceUnavailable' }, 1000)
    const failure = await failureOf(session.createBuild(smallPlan('given'), notedLedger(), never()))

    expect(failure).toMatchObject({ code: 'cluster-unreachable' })
    expect(failure?.headline).toContain('answered 503 (ServiceUnavailable) while creating Job "app-x7k2p"')
    expect(server.said('create jobs')).toBeGreaterThan(3)
  })
})
