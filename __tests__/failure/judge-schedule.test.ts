import type { NodeFacts } from '../../src/cluster/cluster-session.ts'
import { judge } from '../../src/failure/judge.ts'
import type { ClusterEvent, Pod, Toleration } from '../../src/kubernetes/objects.ts'
import { CONTAINER, podIn, snapshotOf } from './given.ts'

const SAID = '0/2 nodes are available: 2 Insufficient memory.'
const PREEMPTION =
  ' no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.'

const node = (name: string, memory: string, labels: Readonly<Record<string, string>> = {}): NodeFacts => ({
  name,
  labels: { 'kubernetes.io/os': 'linux', ...labels },
  taints: [],
  allocatable: { cpu: '4', memory },
})

const tainted = (key: string, effect = 'NoSchedule'): NodeFacts => ({
  ...node('t', '16Gi'),
  taints: [{ key, value: 'gpu', effect }],
})

const tolerating = (toleration: Toleration): Pod => {
  const pod = pending('1Gi')
  return { ...pod, spec: { ...pod.spec, tolerations: [toleration] } }
}

function pending(memory: string, nodeSelector: Readonly<Record<string, string>> = {}): Pod {
  const conditions = [
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: SAID + PREEMPTION },
  ]
  const pod = podIn(undefined, { conditions }, { node: null })
  const containers = [{ name: CONTAINER, resources: { requests: { cpu: '1', memory } } }]
  return { ...pod, spec: { nodeSelector, containers } }
}

function said(reason: string, message: string, more: Partial<ClusterEvent> = {}): ClusterEvent {
  const involvedObject = { kind: 'Pod', name: 'app-x1y2z-pod' }
  return { metadata: { name: reason }, type: 'Normal', reason, message, involvedObject, ...more }
}

const verdict = (pod: Pod, nodes: readonly NodeFacts[] | undefined, events: readonly ClusterEvent[] = []) =>
  judge(snapshotOf(pod, events), { container: CONTAINER, mayViolate: undefined }, nodes)

describe('a pod that no node takes', () => {
  test.each<[string, Pod, readonly NodeFacts[]]>([
    ['a node is only full', pending('8Gi'), [node('a', '4Gi'), node('b', '16Gi')]],
    ['there is none yet', pending('8Gi'), []],
    [
      'a node of its labels is only full',
      pending('8Gi', { gpu: 'yes' }),
      [node('a', '16Gi', { gpu: 'yes' })],
    ],
    ['one of two has no taint', pending('1Gi'), [tainted('reserved'), node('a', '4Gi')]],
    ['a taint only prefers', pending('1Gi'), [tainted('reserved', 'PreferNoSchedule')]],
    ['a node is cordoned', pending('1Gi'), [tainted('node.kubernetes.io/unschedulable')]],
    ['a node starts', pending('1Gi'), [tainted('node.cilium.io/agent-not-ready')]],
    ['a taint is tolerated', tolerating({ key: 'reserved', value: 'gpu' }), [tainted('reserved')]],
    ['its key is tolerated', tolerating({ key: 'reserved', operator: 'Exists' }), [tainted('reserved')]],
    ['every taint is tolerated', tolerating({ operator: 'Exists' }), [tainted('reserved')]],
    [
      'a node does not tell its size',
      pending('8Gi'),
      [{ name: 'a', labels: {}, taints: [], allocatable: {} }],
    ],
  ])('waits where waiting can help: %s', (_, pod, nodes) => {
    expect(verdict(pod, nodes)).toEqual({ kind: 'waiting', why: `a node: ${SAID} (a node may be added)` })
  })

  test('because its claim is not there is not about nodes', () => {
    const message =
      '0/1 nodes are available: persistentvolumeclaim "base-images" not found. not found' + PREEMPTION
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }]
    expect(verdict(podIn(undefined, { conditions }, { node: null }), [])).toEqual({
      kind: 'stuck',
      why: 'the PersistentVolumeClaim "base-images", which is not there',
      code: 'config-missing',
      graceSeconds: 15,
      diagnosis: { code: 'config-missing', detail: 'persistentvolumeclaim "base-images" not found' },
    })
  })

  test.each<[string, Pod, readonly NodeFacts[], string]>([
    [
      'is larger than every node',
      pending('32Gi'),
      [node('a', '4Gi'), node('b', '16Gi')],
      'no node is as large as what the build asks for',
    ],
    [
      'wants labels that none has',
      pending('1Gi', { gpu: 'yes' }),
      [node('a', '4Gi'), node('b', '16Gi', { gpu: 'no' })],
      'no node has the labels gpu=yes',
    ],
    ['tolerates no taint', pending('1Gi'), [tainted('reserved')], 'every node is kept for others by a taint'],
    [
      'tolerates another value',
      tolerating({ key: 'reserved', value: 'fpga' }),
      [tainted('reserved')],
      'every node is kept for others by a taint',
    ],
    [
      'tolerates another effect',
      tolerating({ key: 'reserved', operator: 'Exists', effect: 'NoExecute' }),
      [tainted('reserved')],
      'every node is kept for others by a taint',
    ],
    [
      'is larger than the one with its labels',
      pending('8Gi', { gpu: 'yes' }),
      [node('a', '4Gi', { gpu: 'yes' }), node('b', '16Gi')],
      'no node is as large as what the build asks for',
    ],
  ])('fails in seconds where none ever can: it %s', (_, pod, nodes, why) => {
    expect(verdict(pod, nodes)).toEqual({
      kind: 'stuck',
      why: `a node: ${SAID} (${why}; only an autoscaler could help)`,
      code: 'unschedulable',
      graceSeconds: 15,
      diagnosis: { code: 'unschedulable', detail: `${SAID.replace(/\.$/, '')} (${why}).` },
    })
  })

  test('waits where nodes may not be read', () => {
    expect(verdict(pending('32Gi'), undefined)).toMatchObject({ kind: 'waiting' })
  })

  test.each<[string, ClusterEvent, RegExp]>([
    [
      'cluster-autoscaler adds a node',
      said('TriggeredScaleUp', 'pod triggered scale-up: [{pool 1->2 (max: 5)}]'),
      /a node is being added: TriggeredScaleUp: pod triggered scale-up/,
    ],
    [
      'cluster-autoscaler adds none',
      said('NotTriggerScaleUp', "pod didn't trigger scale-up: 1 max node group size reached"),
      /the autoscaler adds none so far: NotTriggerScaleUp: pod didn't trigger/,
    ],
    [
      'karpenter adds a node',
      said('Nominated', 'Pod should schedule on: nodeclaim/default-x'),
      /a node is being added: Nominated: Pod should schedule on/,
    ],
    [
      'karpenter adds none',
      said('FailedScheduling', 'incompatible with nodepool "default"', {
        type: 'Warning',
        reportingComponent: 'karpenter',
      }),
      /the autoscaler adds none so far: FailedScheduling: incompatible with nodepool/,
    ],
  ])('waits once an autoscaler has spoken: %s', (_, event, why) => {
    expect(verdict(pending('32Gi'), [node('a', '4Gi')], [event])).toEqual({
      kind: 'waiting',
      why: expect.stringMatching(why) as unknown,
    })
  })

  test('is not helped by what the scheduler itself says', () => {
    const events = [
      said('FailedScheduling', SAID, { type: 'Warning', source: { component: 'default-scheduler' } }),
    ]
    expect(verdict(pending('32Gi'), [node('a', '4Gi')], events)).toMatchObject({ kind: 'stuck' })
  })
})
