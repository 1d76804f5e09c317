import { buildInCluster } from '../../src/builders/cluster-builder.ts'
import type { BuildOutcome } from '../../src/builders/builder.ts'
import type { OpenContext } from '../../src/context/context-archive.ts'
import { ActionError } from '../../src/failure/failure.ts'
import type { ContainerState, Pod } from '../../src/kubernetes/objects.ts'
import { stateLedger } from '../../src/runner/state-ledger.ts'
import { planOf, streamedArchive } from '../plan/given.ts'
import { fakeSession } from '../support/fake-session.ts'
import type { FakeSession } from '../support/fake-session.ts'
import { manualClock, settle } from '../support/manual-clock.ts'
import type { ManualClock } from '../support/manual-clock.ts'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`
const PLAN = planOf({ tags: 'example.com/app:1', namespace: 'ci' }, { context: streamedArchive() })
const nothing: OpenContext = () => {
  throw new Error('the fake session opens nothing')
}

function pod(state: ContainerState): Pod {
  return {
    metadata: { name: 'app-pod', namespace: 'ci' },
    spec: { nodeName: 'node-3' },
    status: { phase: 'Running', containerStatuses: [{ name: 'kaniko', state }] },
  }
}

const starting = pod({ waiting: { reason: 'ContainerCreating' } })
const running = pod({ running: { startedAt: '2026-01-01T00:00:00Z' } })
const exited = (exitCode: number, message = ''): Pod => pod({ terminated: { exitCode, message } })

const evicted: Pod = {
  ...exited(137),
  status: { ...exited(137).status, phase: 'Failed', reason: 'Evicted' },
}

interface Trial {
  readonly session: FakeSession
  readonly clock: ManualClock
  readonly notes: string[]
  readonly outcome: Promise<BuildOutcome>
}

function begin(): Trial {
  const session = fakeSession()
  const clock = manualClock()
  const notes: string[] = []
  const quiet = (): void => undefined
  const outcome = buildInCluster(
    PLAN,
    {
      session,
      facts: {
        serverTime: new Date(0),
        kubernetesVersion: 'v1.34.4',
        server: 'example.com',
        userNamespaces: true,
        architectures: undefined,
        nodes: undefined,
      },
      ledger: stateLedger(quiet),
      observer: {
        waiting: quiet,
        running: quiet,
        event: quiet,
        line: quiet,
        note: (text) => notes.push(text),
      },
      clock,
      openContext: nothing,
    },
    new AbortController().signal,
  )
  return { session, clock, notes, outcome }
}

/** Cuts the stream of the attempt under way; the next one gets a stream of its own. */
function cut(session: FakeSession): void {
  const { delivery } = session
  session.delivery = Promise.withResolvers()
  delivery.resolve({ kind: 'cut', bytes: 3_200_000, reason: 'the connection was cut' })
}

const BUILDING =
  '{"level":"info","msg":"Building stage \'scratch\' [idx: \'0\', base-idx: \'-1\']","time":"2026-01-01T00:00:00Z"}'

describe('a build whose context is streamed', () => {
  test('gets it as soon as there is a pod, once', async () => {
    const trial = begin()
    trial.session.show({ pod: starting })
    await settle()
    trial.session.show({ pod: running })
    await settle()
    trial.session.delivery.resolve({ kind: 'arrived' })
    await settle()
    trial.session.show({ pod: exited(0, DIGEST) })
    expect(await trial.outcome).toMatchObject({ kind: 'built' })
    expect(trial.session.delivered).toEqual(['app-pod'])
    expect(trial.notes).toEqual(['The context has arrived: 210.0 MB.'])
  })

  test('starts once more when the connection was cut and the executor failed for it', async () => {
    const trial = begin()
    trial.session.show({ pod: running })
    await settle()
    cut(trial.session)
    await settle()
    trial.session.show({ pod: exited(1) })
    await settle()
    expect(trial.session.created.map(({ job }) => job.metadata.name)).toEqual(['app-ab12c', 'app-2-ab12c'])
    trial.session.show({ pod: running })
    await settle()
    trial.session.show({ pod: exited(0, DIGEST) })
    expect(await trial.outcome).toMatchObject({ kind: 'built' })
    expect(trial.notes.join()).toContain('The build starts once more.')
  })

  test('fails when that happens twice', async () => {
    const trial = begin()
    for (let attempt = 0; attempt < 2; attempt++) {
      trial.session.show({ pod: running })
      await settle()
      cut(trial.session)
      await settle()
      trial.session.show({ pod: exited(1) })
      await settle()
    }
    const outcome = await trial.outcome
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { code: 'context-broken', details: ['the connection was cut after 3.2 MB'] },
    })
  })

  test('is ended when its executor waits for the rest of a context that was cut', async () => {
    const trial = begin()
    for (let attempt = 0; attempt < 2; attempt++) {
      trial.session.show({ pod: running })
      await settle()
      cut(trial.session)
      await settle()
      await trial.clock.advance(15_001)
      await settle()
    }
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'context-broken' } })
    expect(trial.session.created).toHaveLength(2)
  })

  test('goes on when the connection ends after the build has begun', async () => {
    const trial = begin()
    trial.session.show({ pod: running })
    await settle()
    trial.session.print('{"level":"info","msg":"x","time":"2026-01-01T00:00:00Z"}', BUILDING)
    await settle()
    cut(trial.session)
    await settle()
    await trial.clock.advance(60_000)
    await settle()
    trial.session.show({ pod: exited(0, DIGEST) })
    expect(await trial.outcome).toMatchObject({ kind: 'built' })
    expect(trial.session.created).toHaveLength(1)
  })

  test('fails at once, with the cause, when the context cannot be read or nobody may attach', async () => {
    const trial = begin()
    trial.session.show({ pod: running })
    await settle()
    trial.session.delivery.reject(
      new ActionError({ code: 'attach-refused', headline: 'no right', details: [], cures: [] }),
    )
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'attach-refused' } })
    expect(trial.session.created).toHaveLength(1)
  })

  test('that was taken away by the cluster is told so, although its connection was cut too', async () => {
    const trial = begin()
    trial.session.show({ pod: running })
    await settle()
    cut(trial.session)
    await settle()
    trial.session.show({ pod: evicted })
    await settle()
    trial.session.show({ pod: evicted })
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'evicted' } })
    expect(trial.notes.join()).toContain('The build was evicted')
  })

  test('and that somebody deleted, which cut its connection too, is not built once more', async () => {
    const trial = begin()
    trial.session.show({ pod: running })
    await settle()
    cut(trial.session)
    await settle()
    trial.session.show({
      pod: { ...exited(1), metadata: { ...exited(1).metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
    })
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'evicted' } })
    expect(trial.session.created).toHaveLength(1)
  })

  test('is tried again once for each cause, each time under another name', async () => {
    const trial = begin()
    trial.session.show({ pod: running })
    await settle()
    trial.session.show({ pod: evicted })
    await settle()
    trial.session.show({ pod: running })
    await settle()
    cut(trial.session)
    await settle()
    trial.session.show({ pod: exited(1) })
    await settle()
    trial.session.show({ pod: exited(0, DIGEST) })
    expect(await trial.outcome).toMatchObject({ kind: 'built' })
    expect(trial.session.created.map(({ job }) => job.metadata.name)).toEqual([
      'app-ab12c',
      'app-2-ab12c',
      'app-3-ab12c',
    ])
  })
})
