import type { Failure } from '../failure/failure.ts'

/** The namespace is somebody else's, or on its way out. */
export function namespaceTaken(namespace: string, isLeaving: boolean): Failure {
  return {
    code: isLeaving ? 'namespace-terminating' : 'input',
    headline: isLeaving
      ? `The namespace "${namespace}" is being removed.`
      : `The namespace "${namespace}" exists already, and is no registry’s of ours.`,
    details: [],
    cures: [
      isLeaving
        ? `wait until it is gone (kubectl get namespace ${namespace}), then install again`
        : 'let the registry have a namespace of its own: name one that does not exist with --namespace',
    ],
  }
}

/** The registry does not serve; `why` is the cluster's own word, where it has one. */
export function notReady(namespace: string, why: string | undefined): Failure {
  return {
    code: 'registry-not-ready',
    headline: `The registry in namespace "${namespace}" does not serve.`,
    details: why === undefined || why === '' ? [] : [why],
    cures: [
      `look what its pod waits for: kubectl -n ${namespace} describe pods`,
      'without a default storage class name one with --storage-class, or keep the images on a node with --ephemeral; --image names a copy of its image',
    ],
  }
}

/** What is pushed from a pod does not arrive. */
export function notPushed(pushHost: string, why: string): Failure {
  return {
    code: 'registry-not-ready',
    headline: `A pod could not push to the registry at ${pushHost}.`,
    details: why === '' ? [] : [why],
    cures: [
      'look whether names of Services are known in pods (kubectl -n kube-system get pods), and whether a network policy keeps pods from the registry’s namespace',
    ],
  }
}

/** There is no registry where one was asked for. */
export function notInstalled(namespace: string, isDefault: boolean): Failure {
  const flag = isDefault ? '' : ` --namespace ${namespace}`
  return {
    code: 'registry-missing',
    headline: `There is no registry of ours in namespace "${namespace}".`,
    details: [],
    cures: [
      `install it: hybrid-build registry install${flag}`,
      'or name the namespace that it is in: `registry: in-cluster/NAMESPACE`, --namespace of the command',
    ],
  }
}

/** What a removal of images needs to be told. */
export function needsYes(namespace: string): Failure {
  return {
    code: 'input',
    headline: `Everything that is in the registry in namespace "${namespace}" would be lost.`,
    details: [],
    cures: ['say so with --yes: images that run keep running, but no node can pull them any more'],
  }
}

/** Builds push all the time. */
export function stillWritten(seconds: number): Failure {
  return {
    code: 'registry-not-ready',
    headline: `Something has been pushed in every minute of the last ${seconds} s: nothing was removed.`,
    details: [],
    cures: ['run it again when fewer builds run, or let it wait for longer: --wait=1h'],
  }
}

/** What was to be forgotten is forgotten; its space is still taken. */
export function notCollected(namespace: string, said: string): Failure {
  return {
    code: 'registry-not-ready',
    headline: 'The registry could not collect its garbage.',
    details: said === '' ? [] : [said],
    cures: [`look at its log: kubectl -n ${namespace} logs deployment/registry`],
  }
}
