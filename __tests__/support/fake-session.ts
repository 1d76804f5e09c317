import type {
  BuildSnapshot,
  ClusterSession,
  CreatedBuild,
  DeliveryEnd,
  LedgerEntry,
  LogEnd,
  Removal,
} from '../../src/cluster/cluster-session.ts'
import type { BuildPlan } from '../../src/plan/build-plan.ts'

/** A cluster of plain objects: what it shows is said by the test, what it is asked is written down. */
export interface FakeSession extends ClusterSession {
  /** Shows a state of the build to whoever observes it. */
  show(snapshot: Partial<BuildSnapshot>): void
  /** Prints lines from the build's container. */
  print(...texts: readonly string[]): void
  readonly created: BuildPlan[]
  readonly removed: LedgerEntry[]
  /** Containers whose log was followed, in that order. */
  readonly followed: string[]
  /** Pods that a context was to be streamed into. */
  readonly delivered: string[]
  /** What becomes of the next such stream. */
  delivery: PromiseWithResolvers<DeliveryEnd>
  removal: Removal
  logEnd: LogEnd
  /** What it warns of when a build is created. */
  warnings: readonly string[]
}

export function fakeSession(): FakeSession {
  const shown: BuildSnapshot[] = []
  const lines: string[] = []
  let wake = (): void => undefined
  let printTo: ((text: string) => void) | undefined
  const session: FakeSession = {
    created: [],
    removed: [],
    followed: [],
    delivered: [],
    delivery: Promise.withResolvers(),
    removal: { kind: 'removed' },
    logEnd: { kind: 'complete' },
    warnings: [],
    show(snapshot) {
      shown.push({ job: undefined, pod: undefined, events: [], ...snapshot })
      wake()
    },
    print(...texts) {
      if (printTo) texts.forEach(printTo)
      else lines.push(...texts)
    },
    survey: () => Promise.reject(new Error('not asked in these tests')),
    createBuild: (plan, ledger) => {
      session.created.push(plan)
      ledger.record(entryOf(plan))
      return Promise.resolve({ ...createdOf(plan), warnings: session.warnings })
    },
    readRegistrySecret: () => Promise.reject(new Error('not asked in these tests')),
    readClusterRegistry: () => Promise.reject(new Error('not asked in these tests')),
    async *observe(_build, signal) {
      signal.addEventListener('abort', () => wake())
      while (!signal.aborted) {
        const next = shown.shift()
        if (next) yield next
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    async followLog({ container }, _pod, listener, ended, signal) {
      session.followed.push(container)
      printTo = (text) => listener.line({ time: '2026-01-01T00:00:00.000000000Z', text })
      lines.splice(0).forEach(printTo)
      await Promise.race([ended, new Promise((resolve) => signal.addEventListener('abort', resolve))])
      return session.logEnd
    },
    async deliverContext(_build, podName, _open, { onArrival }, signal) {
      session.delivered.push(podName)
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')))
      })
      const end = await Promise.race([session.delivery.promise, aborted])
      if (end.kind === 'arrived') onArrival(210_000_000)
      return end
    },
    reviewAccess: () => ({ missing: () => Promise.resolve({ rights: [], user: undefined }) }),
    checkExec: () => Promise.resolve(),
    fetchFile: () => Promise.reject(new Error('not asked in these tests')),
    endHelper: () => Promise.resolve(),
    architectureOf: () => Promise.resolve(undefined),
    inspect: () => Promise.resolve({ job: undefined, pod: undefined, events: [] }),
    remove: (entry) => {
      session.removed.push(entry)
      return Promise.resolve(session.removal)
    },
    serverAddresses: () => Promise.resolve([]),
    probe: () => Promise.resolve(),
    sweepExpired: () => Promise.resolve([]),
    clean: () => Promise.resolve({ removed: [], kept: [], failed: [] }),
    passOn: () => Promise.reject(new Error('not asked in these tests')),
    lookCloser: () => Promise.reject(new Error('not asked in these tests')),
    close: () => undefined,
  }
  return session
}

function entryOf(plan: BuildPlan): LedgerEntry {
  return {
    kind: 'Job',
    namespace: plan.namespace,
    name: plan.job.metadata.name,
    ownerToken: plan.identity.ownerToken,
  }
}

function createdOf(plan: BuildPlan): CreatedBuild {
  return {
    namespace: plan.namespace,
    jobName: plan.job.metadata.name,
    jobUid: 'uid-of-the-job',
    random: plan.identity.random,
    container: plan.container,
    pushContainer: plan.pushContainer,
    warnings: [],
    mayViolate: undefined,
  }
}
