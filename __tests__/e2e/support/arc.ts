import { tmpdir } from 'node:os'
import { dirname } from 'node:path'

import { apply, cluster, kubectl, ROOT } from './cluster.ts'
import { serviceAccount } from './service-account.ts'

/** The runners' own namespace, which is where the chart's role is. */
export const ARC_NAMESPACE = 'arc-runners'

export const ARC_RUNNER = { namespace: ARC_NAMESPACE, name: 'arc-runner-set-gha-rs-kube-mode' }

/** Pod of a container job. */
export const JOB_POD = 'job-workflow'

const rule = (group: string, resource: string, ...verbs: readonly string[]) => ({
  apiGroups: [group],
  resources: [resource],
  verbs,
})

/**
 * What actions-runner-controller gives to runners with `containerMode: kubernetes`
 * (charts/gha-runner-scale-set/templates/kube_mode_role.yaml).
 */
export const KUBERNETES_MODE = [
  rule('', 'pods', 'get', 'list', 'create', 'delete'),
  rule('', 'pods/exec', 'get', 'create'),
  rule('', 'pods/log', 'get', 'list', 'watch'),
  rule('batch', 'jobs', 'get', 'list', 'create', 'delete'),
  rule('', 'secrets', 'get', 'list', 'create', 'delete'),
]

/** The same in `kubernetes-novolume`, whose job pods are no Jobs. */
export const NO_VOLUME = KUBERNETES_MODE.filter(({ resources }) => !resources.includes('jobs'))

const GROUP = 'rbac.authorization.k8s.io'

/** The runners' namespace and account, with a role of these rules. */
export function applyArc(rules: readonly object[]): void {
  const metadata = { name: ARC_RUNNER.name, namespace: ARC_NAMESPACE }
  apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ARC_NAMESPACE } },
    serviceAccount(ARC_RUNNER),
    { apiVersion: `${GROUP}/v1`, kind: 'Role', metadata, rules },
    {
      apiVersion: `${GROUP}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: GROUP, kind: 'Role', name: ARC_RUNNER.name },
      subjects: [{ kind: 'ServiceAccount', ...ARC_RUNNER }],
    },
  )
}

/** This project, node with what it is linked to, and the files of steps: as they are on this machine. */
const FOLDERS = [ROOT, dirname(process.execPath), '/lib', '/lib64', '/usr/lib', tmpdir()]

/**
 * Starts the pod of a container job, with the runner's account; returns the words
 * that run a program in it, as ARC's hooks do (`pods/exec`). The node of the lab is this machine.
 */
export function startJobPod(image: string) {
  const volumes = FOLDERS.map((path, at) => ({ name: `folder-${at}`, hostPath: { path } }))
  apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: JOB_POD, namespace: ARC_NAMESPACE },
    spec: {
      serviceAccountName: ARC_RUNNER.name,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      volumes,
      containers: [
        {
          name: 'job',
          image,
          command: ['sleep', '3600'],
          volumeMounts: volumes.map((volume) => ({ name: volume.name, mountPath: volume.hostPath.path })),
        },
      ],
    },
  })
  kubectl('wait', '-n', ARC_NAMESPACE, `pod/${JOB_POD}`, '--for=condition=Ready', '--timeout=20s')
  return (directory: string) => (words: readonly string[], env: Readonly<Record<string, string>>) => {
    const set = Object.entries(env).map(([key, value]) => `${key}=${value}`)
    const inside = ['sh', '-c', 'cd "$0" && exec env "$@"', directory, ...set, ...words]
    return [...cluster.kubectl, 'exec', '-n', ARC_NAMESPACE, JOB_POD, '--', ...inside]
  }
}
