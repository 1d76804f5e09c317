import { buildInCluster } from '../../src/builders/cluster-builder.ts'
import type { BuildOutcome } from '../../src/builders/builder.ts'
import type { OpenContext } from '../../src/context/context-archive.ts'
import type { ContainerState, Pod } from '../../src/kubernetes/objects.ts'
import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import { stateLedger } from '../../src/runner/state-ledger.ts'
import { fakeSession } from '../support/fake-session.ts'
import type { FakeSession } from '../support/fake-session.ts'
import { manualClock, settle } from '../support/manual-clock.ts'
import type { ManualClock } from '../support/manual-clock.ts'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

const plan: BuildPlan = {
  kind: 'kaniko',
  identity: { random: 'x1y2z', ownerToken: 'f00d' },
  namespace: 'ci',
  surroundings: [],
  job: {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'app-x1y2z' },
    spec: { template: { spec: { hostUsers: false, containers: [{ name: 'kaniko' }] } } },
  },
  delivery: { kind: 'configmap', bytes: 3 },
  contextMap: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'app-x1y2z' } },
  container: 'kaniko',
  executor: 'example.com/kaniko:v1',
  destinations: ['example.com/app:1'],
  repository: 'example.com/app',
  userNamespace: 'yes',
  timeoutSeconds: 600,
  scheduleTimeoutSeconds: 120,
  dockerfile: parseDockerfile('Dockerfile', ''),
  usesCache: true,
  missingSources: [],
  notes: [],
}

function podWith(state: ContainerState, more: Partial<NonNullable<Pod['status']>> = {}): Pod {
  return {
    metadata: { name: 'app-x1y2z-pod', namespace: 'ci' },
    spec: { nodeName: 'node-3' },
    status: { phase: 'Running', containerStatuses: [{ name: 'kaniko', state }], ...more },
  }
}

const running = podWith({ running: { startedAt: '2026-01-01T00:00:00Z' } })
const exited = (exitCode: number, message?: string): Pod =>
  podWith({ terminated: { exitCode, ...(message === undefined ? {} : { message }) } })

interface Trial {
  readonly session: FakeSession
  readonly clock: ManualClock
  readonly told: string[]
  readonly outcome: Promise<BuildOutcome>
  cancel(): void
}

function begin(its: Partial<BuildPlan> = {}, openContext?: OpenContext): Trial {
  const session = fakeSession()
  const clock = manualClock()
  const told: string[] = []
  const stop = new AbortController()
  const outcome = buildInCluster(
    { ...plan, ...its },
    {
      session,
      facts: {
        serverTime: new Date(0),
        kubernetesVersion: 'v1.34.4',
        server: 'example.com',
        userNamespaces: true,
        architectures: new Map([['node-3', 'arm64']]),
      },
      ledger: stateLedger(() => undefined),
      observer: {
        waiting: (why) => told.push(`waiting: ${why}`),
        running: (node) => told.push(`running: ${node ?? 'somewhere'}`),
        event: ({ kind }) => void kind,
        line: ({ text }) => told.push(`line: ${text}`),
        note: (text) => told.push(`note: ${text}`),
      },
      clock,
      openContext,
    },
    stop.signal,
  )
  return { session, clock, told, outcome, cancel: () => stop.abort() }
}

describe('a build in the cluster', () => {
  test('is built when the container ends with 0 and a digest', async () => {
    const trial = begin()
    trial.session.show({ pod: running })
    trial.session.print('one', 'two')
    await settle()
    trial.session.show({ pod: exited(0, `${DIGEST}\n`) })
    expect(await trial.outcome).toMatchObject({
      kind: 'built',
      digest: DIGEST,
      where: { namespace: 'ci', job: 'app-x1y2z', node: 'node-3', platform: 'linux/arm64' },
    })
    expect(trial.told).toEqual(['running: node-3', 'line: one', 'line: two'])
  })

  test('tells the platform of a node that was added for it', async () => {
    const trial = begin()
    trial.session.architectureOf = (node) => Promise.resolve(node === 'node-9' ? 's390x' : undefined)
    trial.session.show({ pod: { ...exited(0, DIGEST), spec: { nodeName: 'node-9' } } })
    expect(await trial.outcome).toMatchObject({ where: { platform: 'linux/s390x' } })
  })

  test('is built when the container was never seen running, and its log is read all the same', async () => {
    const trial = begin()
    trial.session.print('quick')
    trial.session.show({ pod: exited(0, DIGEST) })
    expect(await trial.outcome).toMatchObject({ kind: 'built' })
    expect(trial.told).toContain('line: quick')
  })

  test.each([
    ['no message', undefined],
    ['text around a digest', `digest: ${DIGEST}`],
    ['a digest that is too short', 'sha256:0123'],
    ['capital letters', DIGEST.toUpperCase()],
  ])('has failed when the container ends with 0 and %s', async (_, message) => {
    const trial = begin()
    trial.session.show({ pod: exited(0, message) })
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'executor-invalid' } })
  })

  test('has failed with another exit code, whatever digest the message holds', async () => {
    const trial = begin()
    trial.session.show({ pod: running })
    trial.session.print(
      'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 7',
    )
    await settle()
    trial.session.show({ pod: exited(7, DIGEST) })
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'run-failed' } })
  })

  test('has failed at its timeout, counted from the start of the container', async () => {
    const trial = begin({ timeoutSeconds: 60 })
    await trial.clock.advance(100_000)
    trial.session.show({ pod: running })
    await settle()
    await trial.clock.advance(59_000)
    trial.session.print('still here')
    await trial.clock.advance(2_000)
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'deadline' } })
  })

  test('has failed when it does not start within the schedule timeout', async () => {
    const trial = begin()
    trial.session.show({ pod: podWith({ waiting: { reason: 'ContainerCreating' } }, { phase: 'Pending' }) })
    await trial.clock.advance(121_000)
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'schedule-timeout' } })
  })

  test('forgives trouble that heals within its grace', async () => {
    const trial = begin()
    const pulling = podWith(
      { waiting: { reason: 'ErrImagePull', message: 'connection reset by peer' } },
      { phase: 'Pending' },
    )
    trial.session.show({ pod: pulling })
    await trial.clock.advance(5_000)
    trial.session.show({ pod: running })
    await settle()
    await trial.clock.advance(100_000)
    trial.session.show({ pod: exited(0, DIGEST) })
    expect(await trial.outcome).toMatchObject({ kind: 'built' })
  })

  test('has failed when trouble outlasts its grace, long before the schedule timeout', async () => {
    const trial = begin({ scheduleTimeoutSeconds: 3600 })
    const pulling = podWith(
      {
        waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image: connection reset by peer' },
      },
      { phase: 'Pending' },
    )
    trial.session.show({ pod: pulling })
    await trial.clock.advance(1_000)
    trial.session.show({ pod: pulling })
    await trial.clock.advance(90_000)
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'executor-pull' } })
  })

  test('is cancelled at once when the runner says so', async () => {
    const trial = begin()
    trial.session.show({ pod: running })
    await settle()
    trial.cancel()
    expect(await trial.outcome).toMatchObject({ kind: 'cancelled', failure: { code: 'cancelled' } })
  })

  test('does not wait for ever for a log whose end does not come', async () => {
    const trial = begin()
    trial.session.followLog = () => new Promise(() => undefined)
    trial.session.show({ pod: running })
    await settle()
    trial.session.show({ pod: exited(0, DIGEST) })
    await settle()
    await trial.clock.advance(30_000)
    await trial.clock.advance(1_000)
    expect(await trial.outcome).toMatchObject({ kind: 'built' })
    expect(trial.told.at(-1)).toMatch(/^note: The log is not complete/)
  })

  test('has failed at its timeout at once, however much it still prints', async () => {
    const trial = begin({ timeoutSeconds: 60 })
    trial.session.followLog = () => new Promise(() => undefined)
    trial.session.show({ pod: running })
    await settle()
    await trial.clock.advance(60_000)
    await trial.clock.advance(1_000)
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'deadline' } })
  })

  test('has failed seconds after somebody else deleted its Job', async () => {
    const trial = begin()
    trial.session.show({})
    await settle()
    await trial.clock.advance(10_000)
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'evicted' } })
  })

  describe('where nobody knows whether the node has user namespaces', () => {
    const refused = podWith({ waiting: { reason: 'ContainerCreating' } }, { phase: 'Pending' })
    const event = {
      metadata: { name: 'e1' },
      type: 'Warning',
      reason: 'FailedCreatePodSandBox',
      message: 'Failed to create pod sandbox: the handler "" does not support user namespaces',
      involvedObject: { kind: 'Pod', name: 'app-x1y2z-pod' },
    }

    test('is tried once more without, under other names, when the node refuses', async () => {
      const trial = begin({ userNamespace: 'try' })
      trial.session.show({ pod: refused, events: [event] })
      await settle()
      await trial.clock.advance(15_000)
      trial.session.show({ pod: exited(0, DIGEST) })
      expect(await trial.outcome).toMatchObject({ kind: 'built' })
      expect(trial.session.created).toHaveLength(2)
      const [first, second] = trial.session.created
      expect(second?.job.metadata.name).not.toBe(first?.job.metadata.name)
      expect(JSON.stringify(second?.job)).not.toContain('hostUsers')
      expect(trial.session.removed.map(({ name }) => name)).toEqual([first?.job.metadata.name])
    })

    test('is not built a second time when a file’s owner cannot exist in one', async () => {
      const trial = begin({ userNamespace: 'try' })
      trial.session.show({ pod: running })
      trial.session.print(
        'error building image: error building stage: failed to execute command: chown /a: invalid argument',
      )
      await settle()
      trial.session.show({ pod: exited(1) })
      expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'user-namespace' } })
      expect(trial.session.created).toHaveLength(1)
    })

    test('has failed when the user insisted on one', async () => {
      const trial = begin({ userNamespace: 'yes' })
      trial.session.show({ pod: refused, events: [event] })
      await settle()
      await trial.clock.advance(15_000)
      expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'user-namespace' } })
      expect(trial.session.created).toHaveLength(1)
    })
  })
})
