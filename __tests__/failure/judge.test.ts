import type { BuildSnapshot } from '../../src/cluster/cluster-session.ts'
import { judge } from '../../src/failure/judge.ts'
import type { ContainerState, Pod } from '../../src/kubernetes/objects.ts'
import { CONTAINER, news, podIn, snapshotOf, warning } from './given.ts'

const verdict = (snapshot: BuildSnapshot) => judge(snapshot, { container: CONTAINER, mayViolate: undefined })

const RUNNING: ContainerState = { running: { startedAt: '2026-01-01T00:00:00Z' } }
const CREATING: ContainerState = { waiting: { reason: 'ContainerCreating' } }
const exited = (exitCode: number, more: object = {}): ContainerState => ({
  terminated: { exitCode, ...more },
})
const waiting = (reason: string, message?: string): ContainerState => ({
  waiting: message === undefined ? { reason } : { reason, message },
})
const disrupted = (reason: string) => ({
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message: `because of ${reason}` }],
})

describe('a build that goes well', () => {
  test.each<[string, BuildSnapshot, object]>([
    ['has no pod yet', snapshotOf(undefined), { kind: 'waiting', why: 'the pod to be created' }],
    ['has no node yet', snapshotOf(podIn(undefined, {}, { node: null })), { kind: 'waiting', why: 'a node' }],
    ['is being created', snapshotOf(podIn(CREATING)), { kind: 'waiting', why: 'the container on node-3' }],
    [
      'waits for its image',
      snapshotOf(podIn(CREATING), [news('Scheduled'), news('Pulling')]),
      { kind: 'waiting', why: 'the executor image, which node-3 is pulling' },
    ],
    [
      'has its image',
      snapshotOf(podIn(CREATING), [news('Pulling'), news('Pulled')]),
      { kind: 'waiting', why: 'the container on node-3' },
    ],
    ['runs', snapshotOf(podIn(RUNNING)), { kind: 'running', node: 'node-3' }],
    [
      'has ended',
      snapshotOf(podIn(exited(0, { message: 'sha256:0' }))),
      { kind: 'ended', message: 'sha256:0' },
    ],
    [
      'has ended just before its pod was evicted',
      snapshotOf(podIn(exited(0, { message: 'sha256:0' }), { reason: 'Evicted' }, { deleting: true })),
      { kind: 'ended', message: 'sha256:0' },
    ],
    [
      'runs although it is to be evicted',
      snapshotOf(podIn(RUNNING, disrupted('EvictionByEvictionAPI'))),
      { kind: 'running', node: 'node-3' },
    ],
  ])('%s', (_, snapshot, expected) => {
    expect(verdict(snapshot)).toEqual(expected)
  })
})

describe('a build that is lost', () => {
  test.each<[string, Pod, string]>([
    [
      'evicted for memory',
      podIn(exited(137), { reason: 'Evicted', message: 'The node was low on resource: memory.' }),
      'evicted',
    ],
    [
      'evicted for its own use of disk',
      podIn(exited(137), {
        reason: 'Evicted',
        message: 'Container kaniko exceeded its local ephemeral storage limit "1Gi".',
      }),
      'disk-full',
    ],
    ['killed for memory', podIn(exited(137, { reason: 'OOMKilled' })), 'out-of-memory'],
    ['killed for memory with another exit code', podIn(exited(1, { reason: 'OOMKilled' })), 'out-of-memory'],
    [
      'killed for memory with exit code 0',
      podIn(exited(0, { reason: 'OOMKilled', message: 'sha256:0' })),
      'out-of-memory',
    ],
    [
      'whose init container was killed for memory',
      podIn(waiting('PodInitializing'), {
        initContainerStatuses: [{ name: 'unpack', state: exited(137, { reason: 'OOMKilled' }) }],
      }),
      'out-of-memory',
    ],
    ['past the deadline of its pod', podIn(exited(137), { reason: 'DeadlineExceeded' }), 'deadline'],
    ['on a lost node', podIn(RUNNING, { reason: 'NodeLost' }), 'node-lost'],
    [
      'on a node that is shut down',
      podIn(exited(137), { reason: 'Terminated', message: 'imminent node shutdown' }),
      'node-lost',
    ],
    [
      'whose state nobody knows any more',
      podIn(exited(137, { reason: 'ContainerStatusUnknown' })),
      'node-lost',
    ],
    ['preempted', podIn(exited(137), disrupted('PreemptionByScheduler')), 'preempted'],
    [
      'preempted before it ran',
      podIn(CREATING, disrupted('PreemptionByScheduler'), { deleting: true }),
      'preempted',
    ],
    ['drained', podIn(exited(143), disrupted('EvictionByEvictionAPI'), { deleting: true }), 'evicted'],
    [
      'on a node that became unreachable',
      podIn(exited(137), disrupted('DeletionByTaintManager')),
      'node-lost',
    ],
    ['on a node that was removed', podIn(exited(137), disrupted('DeletionByPodGC')), 'node-lost'],
    ['deleted by somebody', podIn(exited(143), {}, { deleting: true }), 'evicted'],
    ['deleted before it ran', podIn(CREATING, {}, { deleting: true }), 'evicted'],
    [
      'refused by the kubelet',
      podIn(undefined, { phase: 'Failed', reason: 'OutOfcpu', message: 'no cpu' }),
      'unschedulable',
    ],
    ['with a name that is none', podIn(waiting('InvalidImageName', 'x')), 'executor-invalid'],
    [
      'without the program',
      podIn(exited(128, { reason: 'StartError', message: 'stat /kaniko/executor' })),
      'executor-invalid',
    ],
    [
      'without user namespaces at its start',
      podIn(exited(128, { reason: 'StartError', message: 'idmap mounts' })),
      'user-namespace',
    ],
    [
      'without user namespaces',
      podIn(waiting('CreateContainerError', 'runtime does not support user namespaces')),
      'user-namespace',
    ],
  ])('%s', (_, pod, code) => {
    expect(verdict(snapshotOf(pod))).toMatchObject({ kind: 'failed', diagnosis: { code } })
  })

  test('fails by itself also while its pod is being taken away', () => {
    const pod = podIn(exited(42), disrupted('EvictionByEvictionAPI'), { deleting: true })
    expect(verdict(snapshotOf(pod))).toMatchObject({ kind: 'failed', diagnosis: { exitCode: 42 } })
  })

  test.each([
    ['ran', podIn(exited(137), { reason: 'Evicted' }), true],
    ['did not run', podIn(CREATING, { reason: 'Evicted' }), false],
    ['could not be started', podIn(exited(128, { reason: 'StartError' })), false],
  ])('tells whether it %s: only then there is a log', (_, pod, ran) => {
    expect(verdict(snapshotOf(pod))).toMatchObject({ kind: 'failed', ran })
  })

  test('keeps what the cluster says', () => {
    const pod = podIn(exited(137), { reason: 'Evicted', message: 'The node was low on resource: memory.' })
    expect(verdict(snapshotOf(pod))).toMatchObject({
      diagnosis: { detail: 'The node was low on resource: memory.' },
    })
  })
})

describe('trouble that may heal', () => {
  test.each<[string, BuildSnapshot, string, number]>([
    ['a pull that fails', snapshotOf(podIn(waiting('ErrImagePull', 'i/o timeout'))), 'executor-pull', 30],
    [
      'an image that is not there',
      snapshotOf(podIn(waiting('ErrImagePull', 'x: not found'))),
      'executor-pull',
      5,
    ],
    [
      'a pull that is refused',
      snapshotOf(podIn(waiting('ImagePullBackOff', 'Back-off pulling image "x": 401 Unauthorized'))),
      'executor-pull',
      5,
    ],
    [
      'an image that may not be pulled',
      snapshotOf(podIn(waiting('ErrImageNeverPull', ''))),
      'executor-pull',
      5,
    ],
    [
      'an object not there yet',
      snapshotOf(podIn(waiting('CreateContainerConfigError', 'configmap "a" not found'))),
      'config-missing',
      30,
    ],
    [
      'our context not there yet',
      snapshotOf(podIn(CREATING), [warning('FailedMount', 'configmap "app-x1y2z" not found')]),
      'config-missing',
      60,
    ],
    [
      'a container that cannot be created',
      snapshotOf(podIn(waiting('CreateContainerError', 'x'))),
      'executor-invalid',
      10,
    ],
    [
      'a pod that is taken away while it runs',
      snapshotOf(podIn(RUNNING, {}, { deleting: true })),
      'evicted',
      60,
    ],
    [
      'a node that does not answer',
      snapshotOf(podIn(RUNNING, { conditions: [{ type: 'Ready', status: 'False' }] }), [
        warning('NodeNotReady', 'Node is not ready'),
      ]),
      'node-lost',
      120,
    ],
    [
      'a pod that is gone with its Job',
      snapshotOf(undefined, [], {
        metadata: { name: 'app-x1y2z' },
        status: { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }] },
      }),
      'evicted',
      5,
    ],
  ])('%s', (_, snapshot, code, graceSeconds) => {
    expect(verdict(snapshot)).toMatchObject({ kind: 'stuck', code, graceSeconds, diagnosis: { code } })
  })

  test('a pull that backs off is told by what the last try said', () => {
    const said = '403 Forbidden'
    const events = [
      warning('Failed', `Failed to pull image "x": ${said}`),
      warning('Failed', 'Error: ImagePullBackOff'),
    ]
    const snapshot = snapshotOf(podIn(waiting('ImagePullBackOff', 'Back-off pulling image "x"')), events)
    expect(verdict(snapshot)).toMatchObject({ graceSeconds: 5, diagnosis: { detail: said } })
  })

  test.each([
    'failed to pull and unpack image "r/x:1": failed to resolve reference "r/x:1": failed to do request: Head "https://r/v2/": EOF',
    'Back-off pulling image "r/x:1": ErrImagePull: failed to pull and unpack image "r/x:1": failed to resolve image: failed to do request: Head "https://r/v2/": EOF',
    'Failed to pull image "r/x:1": rpc error: code = Unknown desc = Head "https://r/v2/": EOF',
  ])('a pull is told in the registry’s words alone: %s', (message) => {
    expect(verdict(snapshotOf(podIn(waiting('ErrImagePull', message))))).toMatchObject({
      diagnosis: { detail: 'Head "https://r/v2/": EOF' },
    })
  })

  test('a pull that fails is told before the mount that failed first', () => {
    const events = [warning('FailedMount', 'configmap "app-x1y2z" not found')]
    const snapshot = snapshotOf(podIn(waiting('ErrImagePull', 'i/o timeout')), events)
    expect(verdict(snapshot)).toMatchObject({ code: 'executor-pull' })
  })

  test('a mount that failed at first is forgotten once the image is pulled', () => {
    const events = [warning('FailedMount', 'configmap "app-x1y2z" not found'), news('Pulling')]
    expect(verdict(snapshotOf(podIn(CREATING), events))).toMatchObject({ kind: 'waiting' })
  })

  test('a node that answers again is forgiven', () => {
    const pod = podIn(RUNNING, { conditions: [{ type: 'Ready', status: 'True' }] })
    const events = [warning('NodeNotReady', 'Node is not ready')]
    expect(verdict(snapshotOf(pod, events))).toMatchObject({ kind: 'running' })
  })
})

describe('waiting', () => {
  test('for a node says why none takes the build', () => {
    const message = '0/5 nodes are available: 3 Insufficient memory.'
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }]
    const pod = podIn(undefined, { conditions }, { node: null })
    expect(verdict(snapshotOf(pod))).toEqual({
      kind: 'waiting',
      why: `a node: ${message} (a node may be added)`,
    })
  })

  test('for a sandbox that cannot be made says why', () => {
    const events = [news('Scheduled'), warning('FailedCreatePodSandBox', 'plugin "bridge" failed')]
    expect(verdict(snapshotOf(podIn(CREATING), events))).toMatchObject({
      kind: 'waiting',
      why: expect.stringContaining('plugin "bridge" failed') as unknown,
    })
  })

  test('ends where the sandbox cannot have a user namespace', () => {
    const events = [warning('FailedCreatePodSandBox', 'runtime "" does not support user namespaces')]
    expect(verdict(snapshotOf(podIn(CREATING), events))).toMatchObject({
      kind: 'failed',
      ran: false,
      diagnosis: { code: 'user-namespace' },
    })
  })
})
