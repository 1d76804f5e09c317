import type { ContainerState, Pod } from '../../src/kubernetes/objects.ts'
import { judge } from '../../src/failure/judge.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const BUILT: ContainerState = { terminated: { exitCode: 0, message: DIGEST } }
const CONTAINERS = { container: 'kaniko', pushContainer: 'push', mayViolate: undefined }

function verdict(build: ContainerState, push: ContainerState | undefined, more: Partial<Pod> = {}) {
  const pod: Pod = {
    metadata: { name: 'app' },
    spec: { nodeName: 'node' },
    ...more,
    status: {
      ...more.status,
      initContainerStatuses: [{ name: 'kaniko', state: build }],
      ...(push === undefined ? {} : { containerStatuses: [{ name: 'push', state: push }] }),
    },
  }
  return judge({ job: undefined, pod, events: [] }, CONTAINERS)
}

describe('a build whose image another container pushes', () => {
  test.each<readonly [string, ContainerState, ContainerState | undefined, object]>([
    [
      'runs while it builds',
      { running: {} },
      { waiting: { reason: 'PodInitializing' } },
      { kind: 'running' },
    ],
    ['goes on when it is built', BUILT, undefined, { kind: 'running', isPushing: true }],
    [
      'goes on until the other one is started',
      BUILT,
      { waiting: { reason: 'PodInitializing' } },
      { kind: 'running', isPushing: true },
    ],
    ['goes on while that pushes', BUILT, { running: {} }, { kind: 'running', isPushing: true }],
    [
      'has ended well when that has, with the digest of what was built',
      BUILT,
      { terminated: { exitCode: 0, message: 'not this' } },
      { kind: 'ended', message: DIGEST },
    ],
    [
      'has failed when that has, whatever digest there is',
      BUILT,
      { terminated: { exitCode: 1 } },
      { kind: 'failed', ran: true, isPushing: true, diagnosis: { code: 'run-failed', exitCode: 1 } },
    ],
    [
      'has failed when it has itself',
      { terminated: { exitCode: 1 } },
      { waiting: { reason: 'PodInitializing' } },
      { kind: 'failed', ran: true, diagnosis: { exitCode: 1 } },
    ],
    [
      'has run out of memory where the one that pushes has',
      BUILT,
      { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      { kind: 'failed', diagnosis: { code: 'out-of-memory' } },
    ],
    [
      'is stuck where the one that pushes cannot be started',
      BUILT,
      { waiting: { reason: 'CreateContainerConfigError', message: 'secret "x" not found' } },
      { kind: 'stuck', code: 'config-missing' },
    ],
  ])('%s', (_, build, push, expected) => {
    expect(verdict(build, push)).toMatchObject(expected)
  })

  test('is lost with its pod, built or not', () => {
    const evicted = { status: { reason: 'Evicted', message: 'memory' } }
    expect(verdict(BUILT, { running: {} }, evicted)).toMatchObject({
      kind: 'failed',
      ran: true,
      diagnosis: { code: 'evicted' },
    })
  })
})
