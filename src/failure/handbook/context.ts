import type { Chapter } from './chapter.ts'

export const CONTEXT = {
  title: 'the context',
  entries: {
    'context-too-large': {
      meaning:
        '`context-delivery: configmap` was asked for, and the context, compressed, is larger than a ConfigMap can be. The log names the largest files.',
      causes: [
        'Leave `context-delivery` out: larger contexts are then streamed into the pod. That needs the right `create, get` of `pods/attach`.',
        'Name in `.dockerignore` what the image does not need: `.git`, `node_modules`, build results, test data.',
        'Set `context` to the directory that the Dockerfile really copies from.',
      ],
      more: '`du -ah CONTEXT | sort -h | tail -20` on the runner, in the step before.',
    },
    'context-broken': {
      meaning: 'The context could not be packed as it is, or did not arrive as it was packed.',
      causes: [
        '**A socket, FIFO or device**: cannot be sent; name it in `.dockerignore`.',
        '**A file changed while it was read**: another process is still writing it; let it end first.',
        '**A pattern that cannot be parsed**: the log names the line of the ignore file.',
        '**It did not arrive whole**: the connection into the pod was cut, twice. Proxies and load balancers that end long or large connections are the usual cause. Nothing was built from the part that arrived.',
        '**From the executor**: run it again; if it happens twice, report it with the log.',
      ],
      more: '[Docker: .dockerignore](https://docs.docker.com/build/concepts/context/#dockerignore-files).',
    },
    'attach-refused': {
      meaning: 'The cluster did not let the context be streamed into the pod.',
      causes: [
        '**The right is missing**: `create` and `get` of `pods/attach` (before Kubernetes 1.35 `get` alone), as in `examples/rbac/given-namespace-streaming.yaml`. The log has the commands that give it.',
        "**A policy forbids to attach**: some clusters refuse `kubectl exec` and `attach` altogether. Ask for an exception for the builds' namespace.",
        '**A proxy or load balancer lets no WebSockets through.**',
        'A context of up to 900 KiB, compressed, needs none of this.',
      ],
      more: '`kubectl auth can-i create pods/attach -n NAMESPACE` with the same kubeconfig.',
    },
  },
} as const satisfies Chapter
