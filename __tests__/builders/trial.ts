import { buildInCluster } from '../../src/builders/cluster-builder.ts'
import type { BuildOutcome } from '../../src/builders/builder.ts'
import type { ContainerState, Pod } from '../../src/kubernetes/objects.ts'
import type { BuildEvent } from '../../src/progress/build-event.ts'
import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import { stateLedger } from '../../src/runner/state-ledger.ts'
import { fakeSession } from '../support/fake-session.ts'
import type { FakeSession } from '../support/fake-session.ts'
import { manualClock } from '../support/manual-clock.ts'
import type { ManualClock } from '../support/manual-clock.ts'

/** What the builds of these tests end with. */
export const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

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
  secrets: [],
  secretKeys: new Map(),
  credentials: [],
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
  ends: { podSeconds: 1, jobSeconds: 2, ttlSeconds: 3, jobGoneAt: '', expiresAt: '' },
  cleanup: 'always',
  notes: [],
}

/** The build's pod, with its container in this state. */
export function podWith(state: ContainerState, more: Partial<NonNullable<Pod['status']>> = {}): Pod {
  return {
    metadata: { name: 'app-x1y2z-pod', namespace: 'ci' },
    spec: { nodeName: 'node-3' },
    status: { phase: 'Running', containerStatuses: [{ name: 'kaniko', state }], ...more },
  }
}

export const running = podWith({ running: { startedAt: '2026-01-01T00:00:00Z' } })
export const exited = (exitCode: number, message?: string): Pod =>
  podWith({ terminated: { exitCode, ...(message === undefined ? {} : { message }) } })

/** One build against a scripted cluster. */
export interface Trial {
  readonly session: FakeSession
  readonly clock: ManualClock
  readonly told: string[]
  readonly events: BuildEvent[]
  readonly outcome: Promise<BuildOutcome>
  cancel(): void
}

/** Begins the build of a small plan, with what is given instead. */
export function begin(its: Partial<BuildPlan> = {}, warnings: readonly string[] = []): Trial {
  const session = fakeSession()
  session.warnings = warnings
  const clock = manualClock()
  const told: string[] = []
  const events: BuildEvent[] = []
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
        nodes: undefined,
      },
      ledger: stateLedger(() => undefined),
      observer: {
        waiting: (why) => told.push(`waiting: ${why}`),
        running: (node) => told.push(`running: ${node ?? 'somewhere'}`),
        event: (event) => events.push(event),
        line: ({ text }) => told.push(`line: ${text}`),
        note: (text) => told.push(`note: ${text}`),
      },
      clock,
      openContext: undefined,
    },
    stop.signal,
  )
  return { session, clock, told, events, outcome, cancel: () => stop.abort() }
}
