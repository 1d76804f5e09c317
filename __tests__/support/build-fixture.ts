import type { ClusterSession, Ledger, LedgerEntry } from '../../src/cluster/cluster-session.ts'
import { loadClusterConfig } from '../../src/cluster/kubeconfig.ts'
import { openClusterSession } from '../../src/cluster/session.ts'
import type { KubernetesObject } from '../../src/kubernetes/objects.ts'
import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { DEFAULT_LIFETIMES, endsOf } from '../../src/plan/lifetimes.ts'
import { registrySecret } from '../../src/plan/registry-secret.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import type { ApiServer } from './api-server.ts'
import { quickClock } from './quick-clock.ts'

export const DIGEST = `sha256:${'a1'.repeat(32)}`
export const OWNER_TOKEN = 'hybrid-kubernetes-build.io/owner-token'

/** A session with a scripted server, on a quick clock. */
export async function openSession(
  server: ApiServer,
  kubeconfig: string = server.kubeconfig(),
  factor?: number,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ClusterSession> {
  const machine = { environment, home: undefined, workspace: '/', serviceAccount: '/nowhere' }
  const config = await loadClusterConfig({ kubeconfig, kubeContext: undefined }, machine)
  return openClusterSession(config, { clock: quickClock(factor), random: () => 0.5 })
}

/** A ledger that keeps its history. */
export function notedLedger(): Ledger & { readonly written: LedgerEntry[] } {
  const written: LedgerEntry[] = []
  const struckOut = new Set<string>()
  const key = ({ kind, namespace, name }: LedgerEntry) => `${kind} ${namespace}/${name}`
  return {
    written,
    record: (entry) => void written.push(entry),
    forget: (entry) => void struckOut.add(key(entry)),
    entries: () => written.filter((entry) => !struckOut.has(key(entry))),
  }
}

/** A small plan, in its own namespace or in `ci`. */
export function smallPlan(
  where: 'own' | 'given' = 'own',
  random = 'x7k2p',
  ownerToken = 'token-of-' + random,
): BuildPlan {
  const namespace = where === 'own' ? `container-build-1-1-test-${random}` : 'ci'
  const marked = (apiVersion: string, kind: string, name: string, inside = true): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: {
      name,
      ...(inside ? { namespace } : {}),
      labels: {
        'app.kubernetes.io/managed-by': 'hybrid-kubernetes-build',
        'hybrid-kubernetes-build.io/build': random,
      },
      annotations: { [OWNER_TOKEN]: ownerToken },
    },
  })
  const job = marked('batch/v1', 'Job', `app-${random}`)
  return {
    kind: 'kaniko',
    identity: { random, ownerToken },
    namespace,
    surroundings:
      where === 'own'
        ? [marked('v1', 'Namespace', namespace, false), marked('v1', 'ServiceAccount', `app-${random}`)]
        : [],
    job: {
      ...job,
      spec: { template: { metadata: job.metadata, spec: { containers: [{ name: 'kaniko' }] } } },
    },
    delivery: { kind: 'configmap', bytes: 3 },
    contextMap: marked('v1', 'ConfigMap', `app-${random}`),
    secrets: [],
    secretKeys: new Map(),
    credentials: [],
    container: 'kaniko',
    executor: 'executor:test',
    destinations: [],
    repository: undefined,
    userNamespace: 'no',
    timeoutSeconds: 600,
    scheduleTimeoutSeconds: 600,
    ends: endsOf({ timeoutSeconds: 600, scheduleTimeoutSeconds: 600 }, new Date(0), DEFAULT_LIFETIMES),
    cleanup: 'always',
    dockerfile: parseDockerfile('Dockerfile', ''),
    usesCache: true,
    missingSources: [],
    notes: [],
  }
}

/** The plan with registry credentials to send. */
export function withSecret(plan: BuildPlan): BuildPlan {
  const { metadata } = plan.job
  return { ...plan, secrets: [registrySecret(metadata, '{"auths":{}}')] }
}

/** A signal that nobody aborts. */
export const never = (): AbortSignal => new AbortController().signal
