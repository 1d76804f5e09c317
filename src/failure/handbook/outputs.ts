import type { Chapter } from './chapter.ts'

export const OUTPUTS = {
  title: 'the image as a file',
  entries: {
    'output-failed': {
      meaning:
        'The image was built, and a file that `outputs` asks for could not be brought to the runner. With `push: true` the image is in its registry all the same; the log says so. No part of a file is left behind.',
      causes: [
        '**The right is missing**: `create` and `get` of `pods/exec` (before Kubernetes 1.35 `get` alone), as in `examples/rbac/given-namespace-outputs.yaml`. The log has the commands that give it.',
        "**A policy forbids it**: some clusters refuse `kubectl exec` altogether. Ask for an exception for the builds' namespace.",
        '**It did not arrive whole**, three times: proxies and load balancers that end long or large connections are the usual cause. Length and SHA-256 are compared; what differs is not kept.',
        "**The runner's disk is full**, or its folder cannot be written: the log says which.",
        '**It was not there within the time of `timeout`**: raise it, or make the image smaller.',
        '**A proxy or load balancer lets no WebSockets through.**',
      ],
      more: '`kubectl auth can-i create pods/exec -n NAMESPACE` with the same kubeconfig.',
    },
  },
} as const satisfies Chapter
