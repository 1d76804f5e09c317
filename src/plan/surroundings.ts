import type { KubernetesObject, ObjectMeta } from '../kubernetes/objects.ts'

/** What every object of a build carries. */
export type Marks = Required<Pick<ObjectMeta, 'labels' | 'annotations'>>

/** Levels of Kubernetes' Pod Security. */
export type PodSecurityLevel = 'baseline' | 'privileged'

/** The build's own namespace, in which the cluster itself refuses what the build's pod does not need. */
export function ownNamespace(
  name: string,
  { labels, annotations }: Marks,
  level: PodSecurityLevel,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { ...labels, 'pod-security.kubernetes.io/enforce': level },
      annotations,
    },
  }
}

/**
 * The build's own ServiceAccount, with no rights. Kubernetes adds the namespace's
 * `default` one late, and a Job created before it waits for 10 s.
 */
export function ownServiceAccount(name: string, namespace: string, marks: Marks): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace, ...marks },
    automountServiceAccountToken: false,
  }
}
