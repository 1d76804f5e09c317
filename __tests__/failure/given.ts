import type { ExecutorEnd } from '../../src/failure/executor-end.ts'
import { readKanikoEnd } from '../../src/failure/kaniko-end.ts'
import type { BuildSnapshot, CreatedBuild } from '../../src/cluster/cluster-session.ts'
import type { EndedBuild } from '../../src/failure/ended-build.ts'
import type { ClusterEvent, ContainerState, Job, Pod } from '../../src/kubernetes/objects.ts'
import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import { recordedResult } from '../progress/recording.ts'

export const CONTAINER = 'kaniko'

type PodStatus = NonNullable<Pod['status']>

/** A pod of the build whose container is in this state. */
export function podIn(
  state: ContainerState | undefined,
  status: PodStatus = {},
  more: { readonly deleting?: boolean; readonly node?: string | null } = {},
): Pod {
  return {
    metadata: {
      name: 'app-x1y2z-pod',
      ...(more.deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: {
      ...(more.node === null ? {} : { nodeName: more.node ?? 'node-3' }),
      containers: [
        { name: CONTAINER, resources: { requests: { memory: '1Gi' }, limits: { memory: '2Gi' } } },
      ],
    },
    status: { ...status, ...(state ? { containerStatuses: [{ name: CONTAINER, state }] } : {}) },
  }
}

export function snapshotOf(
  pod: Pod | undefined,
  events: readonly ClusterEvent[] = [],
  job?: Job,
): BuildSnapshot {
  return { job: job ?? { metadata: { name: 'app-x1y2z' } }, pod, events }
}

/** A warning about the build's pod, or about its Job. */
export function warning(reason: string, message: string, about: 'Pod' | 'Job' = 'Pod'): ClusterEvent {
  return event('Warning', reason, message, about)
}

export function news(reason: string, message = ''): ClusterEvent {
  return event('Normal', reason, message, 'Pod')
}

function event(type: string, reason: string, message: string, about: 'Pod' | 'Job'): ClusterEvent {
  const name = about === 'Pod' ? 'app-x1y2z-pod' : 'app-x1y2z'
  return { metadata: { name: 'an-event' }, type, reason, message, involvedObject: { kind: about, name } }
}

/** What the cluster said of a recorded build at its end. */
export function recordedSnapshot(name: string): BuildSnapshot {
  // The recordings are the project's own files, in Kubernetes' JSON.
  const { podStatus, events } = recordedResult(name) as { podStatus: PodStatus; events: ClusterEvent[] }
  const pod = podIn(undefined, podStatus)
  return snapshotOf(
    pod,
    events.map((one) => ({ ...one, involvedObject: { kind: 'Pod', name: pod.metadata.name } })),
  )
}

const PLAN: BuildPlan = {
  kind: 'kaniko',
  identity: { random: 'x1y2z', ownerToken: 'f00d' },
  namespace: 'ci',
  surroundings: [],
  job: { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'app-x1y2z' } },
  secrets: [],
  secretKeys: new Map(),
  credentials: [],
  delivery: { kind: 'configmap', bytes: 3 },
  contextMap: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'app-x1y2z' } },
  container: CONTAINER,
  executor: 'example.com/kaniko:v1',
  destinations: ['example.com/app:1'],
  repository: 'example.com/app',
  userNamespace: 'yes',
  ends: { podSeconds: 1, jobSeconds: 2, ttlSeconds: 3, jobGoneAt: '', expiresAt: '' },
  cleanup: 'always',
  timeoutSeconds: 600,
  scheduleTimeoutSeconds: 120,
  dockerfile: parseDockerfile('app/Dockerfile', ''),
  usesCache: true,
  missingSources: [],
  notes: [],
}

const BUILD: CreatedBuild = {
  namespace: 'ci',
  jobName: 'app-x1y2z',
  jobUid: 'uid',
  random: 'x1y2z',
  container: CONTAINER,
  warnings: [],
  mayViolate: undefined,
}

export function endedBuild(
  snapshot: BuildSnapshot,
  lastLines: readonly string[] = [],
  more: Partial<EndedBuild> = {},
): EndedBuild {
  const ending = (exitCode: number | undefined): ExecutorEnd => readKanikoEnd(lastLines, exitCode)
  return { snapshot, build: BUILD, plan: PLAN, nodes: undefined, step: undefined, ending, ...more }
}

/** The plan of a build of this Dockerfile. */
export function planOf(source: string, more: Partial<BuildPlan> = {}): BuildPlan {
  return { ...PLAN, dockerfile: parseDockerfile('app/Dockerfile', source), ...more }
}

/** A line of Kaniko's log. */
export const message = (msg: string) => JSON.stringify({ level: 'info', msg, time: '2026-01-01T00:00:00Z' })
