import type { BuildSnapshot, ClusterSession, CreatedBuild } from '../../src/cluster/cluster-session.ts'
import { ActionError } from '../../src/failure/failure.ts'
import type { KubernetesObject } from '../../src/kubernetes/objects.ts'
import type { Fault } from '../support/api-faults.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { never, notedLedger, openSession, smallPlan } from '../support/build-fixture.ts'
import { until } from '../support/eventually.ts'
import { ScriptedPod } from '../support/scripted-pod.ts'

let server: ApiServer
let session: ClusterSession
let stop: AbortController
let snapshots: BuildSnapshot[]
let notes: string[]
let observation: Promise<void>

beforeEach(async () => {
  server = await startApiServer({ pod: () => undefined })
  session = await openSession(server)
  stop = new AbortController()
  snapshots = []
  notes = []
})

afterEach(async () => {
  stop.abort()
  await observation.catch(() => undefined)
  session.close()
  await server.close()
})

const createBuild = (): Promise<CreatedBuild> =>
  session.createBuild(smallPlan('given'), notedLedger(), never())

async function observe(): Promise<ScriptedPod> {
  const build = await createBuild()
  await until(() => server.pods.length === 1)
  observation = (async () => {
    const note = (text: string): void => void notes.push(text)
    for await (const snapshot of session.observe(build, stop.signal, note)) snapshots.push(snapshot)
  })()
  observation.catch(() => undefined)
  const [pod] = server.pods
  if (pod === undefined) throw new Error('no pod was scripted')
  return pod
}

/** Another Job of the same build, as the attempt in a user namespace leaves it. */
function firstAttempt(): KubernetesObject {
  const { job } = smallPlan('given')
  return { ...job, metadata: { ...job.metadata, name: 'app-x7k2p-first', uid: 'uid-of-the-first' } }
}

const last = (): BuildSnapshot | undefined => snapshots.at(-1)
const phase = (): string | undefined => last()?.pod?.status?.phase
const watching = (times = 1): Promise<void> => until(() => server.said('watch pods') >= times)

describe('observing a build', () => {
  test('begins with the present state: the Job, and no pod yet', async () => {
    await observe()
    await until(() => snapshots.length > 0)

    expect(snapshots[0]).toMatchObject({
      job: { metadata: { name: 'app-x7k2p' } },
      pod: undefined,
      events: [],
    })
  })

  test('shows each state of the pod in its order', async () => {
    const pod = await observe()
    await watching()
    for (const step of [() => pod.pending(), () => pod.running(), () => pod.exits(0, 'done')]) {
      const count = snapshots.length
      step()
      await until(() => snapshots.length > count)
    }

    const phases = snapshots
      .map((snapshot) => snapshot.pod?.status?.phase)
      .filter((name) => name !== undefined)
    expect([...new Set(phases)]).toEqual(['Pending', 'Running', 'Succeeded'])
  })

  test.each<[string, Fault]>([
    ['ends at once', { kind: 'end', afterBytes: 0 }],
    ['is cut in the middle of an event', { kind: 'cut', afterBytes: 40 }],
    ['says that its version is too old', { kind: 'expired' }],
    ['is refused because its version is too old', { kind: 'status', status: 410, reason: 'Expired' }],
    ['is refused by a busy server', { kind: 'status', status: 429, retryAfter: 1 }],
    ['finds no connection', { kind: 'reset' }],
  ])('goes on when the watch %s', async (_, fault) => {
    server.fail({ watch: true, path: /pods$/ }, fault, 3)
    const pod = await observe()
    await watching()
    pod.running()
    await until(() => phase() === 'Running')
    pod.exits(0)
    await until(() => phase() === 'Succeeded')

    expect(server.said('watch pods')).toBeGreaterThan(1)
  })

  test('finds the truth by a list when the watch says nothing any more', async () => {
    server.fail({ watch: true, path: /pods$/ }, { kind: 'half-open' })
    const pod = await observe()
    await watching()
    pod.running()
    await until(() => phase() === 'Running')

    // And watches anew from there.
    await watching(2)
  })

  test('outlives an API server that restarts', async () => {
    const pod = await observe()
    await watching()
    server.fail({}, { kind: 'reset' }, 5)
    server.dropConnections()
    pod.exits(0)
    await until(() => phase() === 'Succeeded')
  })

  test('lists again and again where watching is forbidden, and says so once', async () => {
    server.forbid('watch pods')
    const pod = await observe()
    await watching()
    pod.running()
    await until(() => phase() === 'Running')
    pod.exits(0)
    await until(() => phase() === 'Succeeded')

    // The second time to be sure.
    expect(server.said('watch pods')).toBe(2)
    expect(notes).toEqual([expect.stringMatching(/^This runner may list pods but not watch them/)])
  })

  test.each<[string, Fault]>([
    ['401', { kind: 'status', status: 401, reason: 'Unauthorized' }],
    ['403', { kind: 'status', status: 403, reason: 'Forbidden' }],
    ['404', { kind: 'status', status: 404, reason: 'NotFound' }],
  ])('outlives a list that is answered with %s in the middle of the build', async (_, fault) => {
    const pod = await observe()
    await watching()
    pod.running()
    await until(() => phase() === 'Running')
    // Four times: 401 is tried again at once, with fresh credentials.
    server.fail({ watch: true, path: /pods$/ }, { kind: 'reset' })
    server.fail({ watch: false, path: /pods$/ }, fault, 4)
    const lists = server.said('list pods')
    server.dropConnections()
    await until(() => server.said('list pods') > lists + 4)
    pod.exits(0)
    await until(() => phase() === 'Succeeded')
  })

  test.each([
    [401, 2],
    [403, 1],
  ])('watches again after a watch that was answered with %d', async (status, times) => {
    const pod = await observe()
    await watching()
    server.fail({ watch: true, path: /pods$/ }, { kind: 'status', status }, times)
    const watches = server.said('watch pods')
    server.dropConnections()
    await until(() => server.said('watch pods') > watches + times)
    const lists = server.said('list pods')
    pod.running()
    await until(() => phase() === 'Running')

    // Told by a watch, not by a list.
    expect(server.said('list pods')).toBe(lists)
  })

  test('ends with the missing right when the pods stay forbidden in the middle of the build', async () => {
    await observe()
    await watching()
    server.forbid('list pods', 'watch pods')
    const lists = server.said('list pods')
    server.dropConnections()
    const failure = await observation.then(
      () => undefined,
      (error: unknown) => (error instanceof ActionError ? error.failure : undefined),
    )

    expect(failure).toMatchObject({ code: 'forbidden' })
    expect(server.said('list pods') - lists).toBeGreaterThan(4)
  })

  test('takes the newest of two pods', async () => {
    const pod = await observe()
    pod.running()
    server.objects.put('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'app-x7k2p-later',
        namespace: 'ci',
        labels: { 'hybrid-kubernetes-build.io/build': 'x7k2p' },
        creationTimestamp: '2999-01-01T00:00:00Z',
        ownerReferences: [
          {
            apiVersion: 'batch/v1',
            kind: 'Job',
            name: pod.job.metadata.name,
            uid: pod.job.metadata.uid ?? '',
          },
        ],
      },
    })
    await until(() => last()?.pod?.metadata.name === 'app-x7k2p-later')
  })

  test('ignores the pod of a first attempt that is still terminating, although its label is the same', async () => {
    const first = new ScriptedPod(firstAttempt(), server.objects)
    first.exits(1)
    const pod = await observe()
    await watching()
    first.terminates()
    pod.running()
    await until(() => phase() === 'Running')

    expect(snapshots.some((snapshot) => snapshot.pod?.metadata.name === first.name)).toBe(false)
  })

  test('ignores the pods of other builds', async () => {
    const pod = await observe()
    server.objects.put('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'theirs', namespace: 'ci', labels: { 'hybrid-kubernetes-build.io/build': 'other' } },
    })
    pod.running()
    await until(() => phase() === 'Running')

    expect(snapshots.some((snapshot) => snapshot.pod?.metadata.name === 'theirs')).toBe(false)
  })

  test('reads the events of a Job that gets no pod', async () => {
    const pod = await observe()
    pod.event('FailedCreate', 'pods "x" is forbidden: exceeded quota: q', 'Job')
    await until(() => (last()?.events.length ?? 0) > 0)

    expect(last()?.events).toMatchObject([{ reason: 'FailedCreate', involvedObject: { kind: 'Job' } }])
  })

  test('reads the events of a pod that does not start', async () => {
    const pod = await observe()
    pod.pending()
    pod.event('FailedScheduling', '0/1 nodes are available')
    await until(() => (last()?.events.length ?? 0) > 0)

    expect(last()).toMatchObject({
      pod: { metadata: { name: pod.name } },
      events: [{ reason: 'FailedScheduling' }],
    })
  })

  test.each<[string, (pod: ScriptedPod) => void]>([
    ['whose node goes silent', (pod) => pod.loseNode()],
    ['that is being deleted', (pod) => pod.terminates()],
  ])('reads the events of a pod %s after a quick start', async (_, trouble) => {
    session.close()
    // Real time: a pod that runs within 1.5 s is not looked at more closely for its start.
    session = await openSession(server, server.kubeconfig(), 1)
    const pod = await observe()
    pod.running()
    await until(() => phase() === 'Running')
    pod.event('NodeNotReady', 'Node is not ready')
    trouble(pod)
    await until(() => last()?.events.at(0)?.reason === 'NodeNotReady')
  })

  test('shows a failed pod together with its events', async () => {
    const pod = await observe()
    await watching()
    pod.running()
    await until(() => phase() === 'Running')
    pod.event('Evicted', 'The node was low on resource: ephemeral-storage')
    pod.exits(137)
    await until(() => phase() === 'Failed')

    const failed = snapshots.find((snapshot) => snapshot.pod?.status?.phase === 'Failed')
    expect(failed?.events.map(({ reason }) => reason)).toEqual(['Evicted'])
  })

  test('does without events where they are forbidden', async () => {
    server.forbid('list events')
    const pod = await observe()
    await watching()
    pod.exits(1)
    await until(() => phase() === 'Failed')

    expect(last()?.events).toEqual([])
  })

  test('tells when somebody deleted the Job', async () => {
    const pod = await observe()
    await watching()
    pod.running()
    await until(() => phase() === 'Running')
    server.objects.remove('jobs', 'ci', 'app-x7k2p')
    await until(() => last()?.job === undefined)

    expect(last()?.pod).toBeUndefined()
  })

  test('ends with the missing right where pods may not be listed', async () => {
    server.forbid('list pods')
    await observe()
    const failure = await observation.then(
      () => undefined,
      (error: unknown) => (error instanceof ActionError ? error.failure : undefined),
    )

    expect(failure).toMatchObject({ code: 'forbidden' })
    expect(failure?.headline).toContain('list pods in namespace "ci"')
  })

  test('ends quietly when asked to', async () => {
    await observe()
    await watching()
    stop.abort()

    await expect(observation).resolves.toBeUndefined()
  })
})
