import type { BuildSnapshot } from '../../src/cluster/cluster-session.ts'
import { LABELS } from '../../src/plan/resource-names.ts'
import { judge } from '../../src/failure/judge.ts'
import type { ContainerState, Pod } from '../../src/kubernetes/objects.ts'
import { CONTAINER, podIn, snapshotOf, warning } from './given.ts'

const verdict = (snapshot: BuildSnapshot) => judge(snapshot, { container: CONTAINER, mayViolate: undefined })

const RUNNING: ContainerState = { running: { startedAt: '2026-01-01T00:00:00Z' } }
const CREATING: ContainerState = { waiting: { reason: 'ContainerCreating' } }

describe('a pod that the cluster does not let the Job create', () => {
  const refusedBy = (message: string) =>
    verdict(snapshotOf(undefined, [warning('FailedCreate', message, 'Job')]))

  test.each([
    [
      'pod-security',
      'Error creating: pods "a" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot',
    ],
    ['quota', 'Error creating: pods "a" is forbidden: failed quota: q: must specify limits.cpu for: kaniko'],
    [
      'limit-range',
      'Error creating: pods "a" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
    ],
    [
      'limit-range',
      'Error creating: pods "a" is forbidden: minimum cpu usage per Container is 1, but request is 500m',
    ],
    [
      'limit-range',
      'Error creating: pods "a" is forbidden: cpu max limit to request ratio per Container is 2',
    ],
    [
      'limit-range',
      'Error creating: Pod "a" is invalid: spec.containers[0].resources.requests: Invalid value: "500m": must be less than or equal to cpu limit of 250m',
    ],
    ['admission', 'Error creating: admission webhook "policy.example.com" denied the request: no root'],
    [
      'admission',
      "Error creating: pods \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no",
    ],
    [
      'namespace-terminating',
      'Error creating: pods "a" is forbidden: unable to create new content in namespace ci because it is being terminated',
    ],
    ['config-missing', 'Error creating: pods "a" is forbidden: no PriorityClass with name high was found'],
    [
      'quota',
      'Error creating: pods "a" is forbidden: exceeded quota: q, requested: limits.memory=2Gi,pods=1, used: limits.memory=0,pods=0, limited: limits.memory=1536Mi,pods=10',
    ],
    [
      'quota',
      'Error creating: pods "a" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0',
    ],
  ])('%s: %s', (code, message) => {
    expect(refusedBy(message)).toEqual({ kind: 'failed', ran: false, diagnosis: { code, detail: message } })
  })

  test.each([
    [
      'quota',
      Infinity,
      'Error creating: pods "a" is forbidden: exceeded quota: q, requested: limits.memory=2Gi, used: 7Gi, limited: 8Gi',
    ],
    [
      'config-missing',
      30,
      'Error creating: pods "a" is forbidden: error looking up service account ci/a: serviceaccount "a" not found',
    ],
    [
      'admission',
      60,
      'Error creating: Internal error occurred: failed calling webhook "w": dial tcp: connection refused',
    ],
    ['admission', 15, 'Error creating: pods "a" is forbidden: something new'],
    ['admission', 60, 'Error creating: etcdserver: request timed out'],
  ])('may heal: %s, within %d s: %s', (code, graceSeconds, message) => {
    expect(refusedBy(message)).toMatchObject({ kind: 'stuck', code, graceSeconds })
  })

  test('waits for a quota in its numbers', () => {
    const said =
      'Error creating: pods "a" is forbidden: exceeded quota: q, requested: limits.memory=2Gi, used: limits.memory=7Gi, limited: limits.memory=8Gi'
    expect(refusedBy(said)).toMatchObject({
      why: 'room in the quota "q": asked limits.memory=2Gi, used limits.memory=7Gi, allowed limits.memory=8Gi',
    })
  })

  test('is supposed to violate Pod Security where the server had warned of that', () => {
    const mayViolate = 'would violate PodSecurity "restricted:latest": runAsNonRoot != true'
    const warned = (pod?: Pod) => judge(snapshotOf(pod), { container: CONTAINER, mayViolate })
    expect(warned()).toMatchObject({
      kind: 'stuck',
      graceSeconds: 5,
      diagnosis: { code: 'pod-security', detail: mayViolate },
    })
    expect(warned(podIn(CREATING))).toMatchObject({ kind: 'waiting' })
  })

  test('is forgotten once there is one', () => {
    const events = [warning('FailedCreate', 'exceeded quota: q', 'Job')]
    expect(verdict(snapshotOf(podIn(RUNNING), events))).toMatchObject({ kind: 'running' })
    expect(verdict(snapshotOf(podIn(CREATING), events))).toMatchObject({ kind: 'waiting' })
  })

  test('is not judged by what is said of a pod', () => {
    const events = [warning('FailedMount', 'configmap "app-x1y2z" not found')]
    expect(verdict(snapshotOf(undefined, events))).toMatchObject({ kind: 'waiting' })
  })

  test.each([
    ['secret "registry-login"', 15],
    // The build's own come a moment after its Job.
    ['configmap "app-context-x1y2z"', 60],
  ])('waits for what is mounted as long as it may come: %s, %d s', (what, graceSeconds) => {
    const pod = podIn(CREATING)
    const labelled = { ...pod, metadata: { ...pod.metadata, labels: { [LABELS.build]: 'x1y2z' } } }
    const said = `MountVolume.SetUp failed for volume "credentials" : ${what} not found`
    expect(verdict(snapshotOf(labelled, [warning('FailedMount', said)]))).toMatchObject({
      kind: 'stuck',
      graceSeconds,
      diagnosis: { code: 'config-missing', detail: said },
    })
  })

  test('is told by the Job past its deadline', () => {
    const job = {
      metadata: { name: 'app-x1y2z' },
      status: { conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded' }] },
    }
    expect(verdict(snapshotOf(undefined, [], job))).toMatchObject({ diagnosis: { code: 'deadline' } })
  })
})
