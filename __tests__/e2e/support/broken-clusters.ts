import { load } from 'js-yaml'

import { apply, cluster, kubectl, secureRegistry } from './cluster.ts'
import type { Webhook } from './webhook.ts'

/** One thing that is broken, and what the doctor says of it. */
export interface BrokenRow {
  readonly broken: string
  readonly check: string
  readonly result?: 'failed' | 'warning'
  readonly code?: string
  readonly says: RegExp
  /** Checks that cannot be asked then. */
  readonly skipped?: readonly string[]
  readonly words?: readonly string[]
  /** Of a namespace of the row's own, which is then given. */
  readonly name?: string
  readonly arrange?: (namespace: string) => void
  readonly kubeconfig?: () => string
}

/** Credentials for the lab's registry that has a password. */
const as = (username: string, password: string): string =>
  JSON.stringify([{ registry: secureRegistry().address, username, password }])

const suffix = Date.now().toString(36)
export const namespaceOf = (name: string): string => `doctor-${name}-${suffix}`
export const WEBHOOK = `doctor-${suffix}`

/** What tests begin and end around the rows. */
export const shared: { webhook?: Webhook } = {}

export const BROKEN_ROWS: readonly BrokenRow[] = [
  {
    broken: 'a token that the cluster does not know',
    check: 'cluster',
    code: 'unauthorized',
    says: /credentials|does not accept|unauthori[sz]ed/i,
    skipped: ['clock', 'rights'],
    words: ['--only', 'cluster,clock,rights'],
    kubeconfig: () => kubeconfigWith({ token: 'nobody-knows-it' }),
  },
  {
    broken: 'an account without rights',
    check: 'rights',
    code: 'forbidden',
    says: /does not let "system:serviceaccount:doctor-.*" do \d things in namespace/,
    skipped: ['namespace', 'executor'],
    words: ['--only', 'cluster,rights,namespace,admission,node,executor'],
    name: 'rightless',
    kubeconfig: () =>
      kubeconfigWith({ token: kubectl('create', 'token', 'default', '-n', namespaceOf('rightless')).trim() }),
  },
  {
    broken: 'a quota of no pods',
    check: 'admission',
    code: 'quota',
    says: /quota "none"/,
    skipped: ['node', 'executor', 'build'],
    name: 'quota',
    arrange: (namespace) =>
      apply({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'none', namespace },
        spec: { hard: { pods: '0' } },
      }),
  },
  {
    broken: 'Pod Security restricted',
    check: 'namespace',
    code: 'pod-security',
    says: /Pod Security in the namespace "doctor-restricted-/,
    skipped: ['executor'],
    name: 'restricted',
    arrange: (namespace) =>
      kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted'),
  },
  {
    broken: 'an admission webhook that refuses',
    check: 'admission',
    code: 'admission',
    says: /An admission webhook of the cluster refuses/,
    skipped: ['executor'],
    name: 'webhook',
    arrange: (namespace) => apply(webhookFor(namespace)),
  },
  {
    broken: 'an executor that is nowhere',
    check: 'executor',
    code: 'executor-pull',
    says: /nobody\/kaniko/,
    skipped: ['context', 'build', 'registry', 'stream'],
    words: ['--executor', `${cluster.registry}/nobody/kaniko:none`],
  },
  {
    broken: 'a node that there is not',
    check: 'node',
    code: 'unschedulable',
    says: /No node can|no node/i,
    skipped: ['executor'],
    words: ['--node-selector', 'no-such=label'],
  },
  {
    broken: 'a password that is wrong',
    check: 'registry',
    code: 'push-denied',
    says: /./,
    words: [
      ...['--tags', `${secureRegistry().address}/doctor/wrong:any`],
      ...['--skip-tls-verify-registries', secureRegistry().address],
      ...['--registries', as('builder', 'wrong-password')],
    ],
  },
  {
    broken: 'a registry that nobody is at',
    check: 'registry',
    code: 'push-unreachable',
    says: /./,
    words: ['--tags', `${cluster.registry.split(':')[0] ?? ''}:9/doctor/nowhere:any`],
  },
  {
    broken: 'a name that DNS does not have',
    check: 'registry',
    code: 'push-unreachable',
    says: /no-such-registry\.example/,
    words: ['--tags', 'no-such-registry.example/doctor/unknown:any'],
  },
  {
    broken: 'what a dead runner has left',
    check: 'leftovers',
    result: 'warning',
    says: /1 thing of earlier builds expired/,
    words: ['--only', 'leftovers'],
    name: 'expired',
    arrange: (namespace) => apply(expiredJob(namespace)),
  },
]

/** The tests' kubeconfig with other credentials. */
function kubeconfigWith(user: object): string {
  // A kubeconfig that works has these fields.
  const { clusters } = load(cluster.kubeconfig) as { readonly clusters: readonly { readonly name: string }[] }
  const context = { cluster: clusters[0]?.name, user: 'other' }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters,
    users: [{ name: 'other', user }],
    contexts: [{ name: 'other', context }],
    'current-context': 'other',
  })
}

function webhookFor(namespace: string): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: WEBHOOK },
    webhooks: [
      {
        name: 'nobody.builds.example',
        clientConfig: shared.webhook?.clientConfig,
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
      },
    ],
  }
}

function expiredJob(namespace: string): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: 'left',
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'hybrid-kubernetes-build' },
      annotations: { 'hybrid-kubernetes-build.io/expires-at': '2020-01-01T00:00:00Z' },
    },
    spec: {
      suspend: true,
      template: {
        spec: { restartPolicy: 'Never', containers: [{ name: 'left', image: 'nobody.invalid/left' }] },
      },
    },
  }
}
