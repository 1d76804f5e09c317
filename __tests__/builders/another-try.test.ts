import type { Pod } from '../../src/kubernetes/objects.ts'
import { settle } from '../support/manual-clock.ts'
import { begin, DIGEST, exited, podWith, running } from './trial.ts'
import type { Trial } from './trial.ts'

describe('a build that the cluster took away', () => {
  const evicted = podWith(
    { terminated: { exitCode: 137 } },
    { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
  )
  const leaving = (pod: Pod, reason?: string): Pod => ({
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    status: {
      ...pod.status,
      ...(reason === undefined ? {} : { conditions: [{ type: 'DisruptionTarget', status: 'True', reason }] }),
    },
  })
  const jobs = ({ session }: Trial) => session.created.map(({ job }) => job.metadata.name)

  test.each<[string, Pod]>([
    ['evicted by its node', evicted],
    ['drained', leaving(exited(143), 'EvictionByEvictionAPI')],
    ['drained, and its executor ended in its own way', leaving(exited(2), 'EvictionByEvictionAPI')],
    ['preempted', leaving(exited(137), 'PreemptionByScheduler')],
    ['lost with its node', leaving(exited(137), 'DeletionByTaintManager')],
  ])('is built once more under other names: %s', async (_, pod) => {
    const trial = begin()
    trial.session.show({ pod: running })
    await settle()
    trial.session.show({ pod })
    await settle()
    trial.session.show({ pod: exited(0, DIGEST) })
    expect(await trial.outcome).toMatchObject({ kind: 'built', where: { job: 'app-2-x1y2z' } })
    expect(jobs(trial)).toEqual(['app-x1y2z', 'app-2-x1y2z'])
    expect(trial.session.removed.map(({ name }) => name)).toEqual(['app-x1y2z'])
    expect(trial.told.filter((line) => line.startsWith('note: The build was'))).toHaveLength(1)
  })

  test('says why it begins once more', async () => {
    const trial = begin()
    trial.session.show({ pod: evicted })
    await settle()
    trial.session.show({ pod: exited(0, DIGEST) })
    await trial.outcome
    expect(trial.told).toContain(
      'note: The build was evicted (The node was low on resource: memory.); that was not its fault, and it starts once more.',
    )
  })

  test('has failed the second time', async () => {
    const trial = begin()
    trial.session.show({ pod: evicted })
    await settle()
    trial.session.show({ pod: evicted })
    expect(await trial.outcome).toMatchObject({ kind: 'failed', failure: { code: 'evicted' } })
    expect(trial.session.created).toHaveLength(2)
  })

  test('has timeouts of its own each time', async () => {
    const trial = begin({ timeoutSeconds: 60 })
    trial.session.show({ pod: running })
    await settle()
    await trial.clock.advance(50_000)
    trial.session.show({ pod: evicted })
    await settle()
    trial.session.show({ pod: running })
    await settle()
    await trial.clock.advance(50_000)
    trial.session.show({ pod: exited(0, DIGEST) })
    expect(await trial.outcome).toMatchObject({ kind: 'built' })
  })

  test.each<[string, Pod, readonly string[]]>([
    ['somebody deleted it', leaving(exited(137)), []],
    [
      'its disk was full',
      podWith(
        { terminated: { exitCode: 137 } },
        { reason: 'Evicted', message: 'exceeded its local ephemeral storage limit' },
      ),
      [],
    ],
    ['its memory ran out', podWith({ terminated: { exitCode: 137, reason: 'OOMKilled' } }), []],
    ['its Dockerfile fails', exited(1), []],
    [
      'its Dockerfile fails while it is drained',
      leaving(exited(1), 'EvictionByEvictionAPI'),
      [
        'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 1',
      ],
    ],
  ])('is not built once more where %s', async (_, pod, lines) => {
    const trial = begin()
    trial.session.show({ pod: running })
    trial.session.print(...lines)
    await settle()
    trial.session.show({ pod })
    expect(await trial.outcome).toMatchObject({ kind: 'failed' })
    expect(trial.session.created).toHaveLength(1)
  })

  test('is not built once more when it is cancelled', async () => {
    const trial = begin()
    trial.session.show({ pod: leaving(running, 'EvictionByEvictionAPI') })
    await settle()
    trial.cancel()
    expect(await trial.outcome).toMatchObject({ kind: 'cancelled' })
    expect(trial.session.created).toHaveLength(1)
  })

  test.each([
    ['its own namespace would expire', '1970-01-01T00:12:00Z', 1],
    ['its own namespace has time', '1970-01-01T01:00:00Z', 2],
  ])('is built once more only within its time: %s', async (_, expiresAt, attempts) => {
    const annotations = { 'hybrid-kubernetes-build.io/expires-at': expiresAt }
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ci', annotations } }
    const trial = begin({ surroundings: [namespace] })
    await trial.clock.advance(60_000)
    trial.session.show({ pod: evicted })
    await settle()
    trial.session.show({ pod: evicted })
    expect(await trial.outcome).toMatchObject({ kind: 'failed' })
    expect(trial.session.created).toHaveLength(attempts)
  })

  test('and did not take with a user namespace before has a third name, and still none', async () => {
    const trial = begin({ userNamespace: 'try' })
    const refused = podWith({ waiting: { reason: 'CreateContainerError', message: 'no user namespaces' } })
    trial.session.show({ pod: refused })
    await settle()
    trial.session.show({ pod: evicted })
    await settle()
    trial.session.show({ pod: exited(0, DIGEST) })
    expect(await trial.outcome).toMatchObject({ kind: 'built' })
    expect(jobs(trial)).toEqual(['app-x1y2z', 'app-2-x1y2z', 'app-3-x1y2z'])
    expect(JSON.stringify(trial.session.created.slice(1).map(({ job }) => job))).not.toContain('hostUsers')
  })
})
