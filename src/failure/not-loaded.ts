import type { Failure } from './failure.ts'

/** The image was built, and its node does not have it. `said`: why, in the words of what was to load it. */
export function notLoaded(image: string, node: string, said: string): Failure {
  return {
    code: 'load-failed',
    headline: `The image was built, and could not be loaded into the node ${node} as ${image}.`,
    details: [said],
    cures: [
      'the node’s container runtime must be containerd, with its client ctr: k3s, kind, kubeadm and RKE2 have both',
      'a namespace of yours must allow such pods: pod-security.kubernetes.io/enforce: privileged',
      'or push the image to a registry that the node pulls from',
    ],
  }
}
