import { diagnoseEnd } from '../../src/failure/diagnose-end.ts'
import { judge } from '../../src/failure/judge.ts'
import type { ContainerState, Pod } from '../../src/kubernetes/objects.ts'
import { CONTAINER, endedBuild, planOf, podIn, snapshotOf, warning } from './given.ts'

const BUILD = { container: CONTAINER, mayViolate: undefined }
const RUNNING = { running: {} }
const DONE = { terminated: { exitCode: 0, message: 'sha256:1' } }

/** A pod with a container beside Kaniko's. */
function podWith(kaniko: ContainerState, helper: ContainerState, more: { deleting?: boolean } = {}): Pod {
  const pod = podIn(kaniko, {}, more)
  const containerStatuses = [
    ...(pod.status?.containerStatuses ?? []),
    { name: 'image-helper', state: helper },
  ]
  return { ...pod, status: { ...pod.status, containerStatuses } }
}

const waiting = (reason: string, message = ''): ContainerState => ({ waiting: { reason, message } })
const verdictOf = (...parts: Parameters<typeof podWith>) => judge(snapshotOf(podWith(...parts)), BUILD)

const NOT_FOUND = waiting('ErrImagePull', 'failed to resolve reference "x": x: not found')

describe('a container beside Kaniko’s', () => {
  test.each<[string, ContainerState, ContainerState, object]>([
    ['that is not there yet does not hold up', RUNNING, waiting('ContainerCreating'), { kind: 'running' }],
    ['that waits says nothing', RUNNING, RUNNING, { kind: 'running' }],
    ['that waits does not hide the end', DONE, RUNNING, { kind: 'ended', message: 'sha256:1' }],
    ['that is late is waited for', DONE, waiting('ContainerCreating'), { kind: 'waiting' }],
    [
      'that cannot be pulled is told while Kaniko runs',
      RUNNING,
      NOT_FOUND,
      { kind: 'stuck', code: 'executor-pull', graceSeconds: 5, diagnosis: { isHelper: true } },
    ],
    ['that cannot be pulled is told after Kaniko', DONE, NOT_FOUND, { kind: 'stuck', code: 'executor-pull' }],
    [
      'that has no shell is told at once',
      RUNNING,
      { terminated: { exitCode: 128, reason: 'StartError', message: 'sh: not found' } },
      { kind: 'stuck', code: 'executor-invalid', graceSeconds: 0, diagnosis: { isHelper: true } },
    ],
    [
      'that has no name is told at once',
      RUNNING,
      waiting('InvalidImageName', 'x'),
      { kind: 'stuck', code: 'executor-invalid', graceSeconds: 0 },
    ],
    [
      'that was killed for its memory is not the build’s',
      RUNNING,
      { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      { kind: 'stuck', code: 'executor-invalid' },
    ],
    [
      'is of no matter where Kaniko has failed',
      { terminated: { exitCode: 1 } },
      NOT_FOUND,
      { kind: 'failed', diagnosis: { code: 'run-failed' } },
    ],
  ])('%s', (_, kaniko, helper, verdict) => {
    expect(verdictOf(kaniko, helper)).toMatchObject(verdict)
  })

  test('whose pod is taken away is not what is wrong', () => {
    const gone = { terminated: { exitCode: 0 } }
    expect(verdictOf(RUNNING, gone, { deleting: true })).toMatchObject({ kind: 'stuck', code: 'evicted' })
    expect(verdictOf(DONE, waiting('ContainerCreating'), { deleting: true })).toMatchObject({ kind: 'ended' })
  })

  test('has its pull’s trouble to itself', () => {
    const failed = warning('Failed', 'Failed to pull image "helper": helper: not found')
    const about = { ...failed.involvedObject, fieldPath: 'spec.containers{image-helper}' }
    const pod = podIn(waiting('ImagePullBackOff', 'Back-off pulling image "executor"'))
    const verdict = judge(snapshotOf(pod, [{ ...failed, involvedObject: about }]), BUILD)
    expect(JSON.stringify(verdict)).not.toContain('helper')
  })

  test('is named, and not the executor', () => {
    const imageFiles = {
      files: [{ form: 'docker', dest: 'a.tar' }],
      loads: false,
      helperImage: 'example.com/kaniko:v1-debug',
    } as const
    const failure = diagnoseEnd(
      endedBuild(snapshotOf(podWith(RUNNING, NOT_FOUND)), [], { plan: planOf('', { imageFiles }) }),
    )
    expect(failure).toMatchObject({
      code: 'executor-pull',
      headline:
        'The helper image example.com/kaniko:v1-debug cannot be pulled: its registry does not have it.',
    })
    expect(failure.cures.join('\n')).toContain('`helper-image`')
    expect(JSON.stringify(failure)).not.toContain('executor image')
    expect(failure.details.join()).not.toContain('pushed')
  })

  test.each([
    [1, 'The container that was to fetch the image ended before the image was there.'],
    [127, 'The helper image busybox:1, which `outputs` needs, cannot be run.'],
  ])('that ended by itself with exit code %i is told by what that means', (exitCode, headline) => {
    const imageFiles = {
      files: [{ form: 'docker', dest: 'a.tar' }],
      loads: false,
      helperImage: 'busybox:1',
    } as const
    const pod = podWith(RUNNING, { terminated: { exitCode, reason: 'Error' } })
    const failure = diagnoseEnd(endedBuild(snapshotOf(pod), [], { plan: planOf('', { imageFiles }) }))
    expect(failure).toMatchObject({ code: 'executor-invalid', headline })
    expect(failure.cures.join('\n')).toContain('leave `outputs` out')
  })

  test('whose trouble is told after the push does not hide the push', () => {
    const message = `sha256:${'a1'.repeat(32)}`
    const pod = podWith({ terminated: { exitCode: 0, message } }, NOT_FOUND)
    const failure = diagnoseEnd(endedBuild(snapshotOf(pod)))
    expect(failure.details).toContain(`the image was built and pushed: example.com/app@${message}`)
  })
})
