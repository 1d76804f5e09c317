import type { Chapter } from './chapter.ts'

export const CONTEXT = {
  title: 'the context',
  entries: {
    'context-too-large': {
      meaning:
        '`context-delivery: configmap` or `mode: template` was asked for, and the context, compressed, is larger than a ConfigMap can be. The log names the largest files.',
      causes: [
        'Leave `context-delivery` out: larger contexts are then streamed into the pod. That needs the right `create, get` of `pods/attach`.',
        'Name in `.dockerignore` what the image does not need: `.git`, `node_modules`, build results, test data.',
        'Set `context` to the directory that the Dockerfile really copies from.',
        'For a template: name a context that Kaniko fetches itself: `git`, `pvc://…`, `s3://…`.',
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
    'context-missing': {
      meaning:
        'The executor, which fetches this kind of context by itself, did not find it: no such repository, branch, commit, directory or object, or no way there from the pod.',
      causes: [
        '**A name is wrong**: look at `context`, letter by letter. A commit is named by its whole id.',
        '**A private repository** looks as if it were not there to who has no token, or one that may not read it: `github-token`, or the secret `GIT_AUTH_TOKEN`.',
        '**Pods do not reach it**: network policies, name servers, proxies (`pod-proxy: inherit`) are those of the pod, not of the runner.',
        '**Its certificate is of a private authority**: the executor trusts those of its image only. Check the sources out on the runner.',
      ],
      more: '`kubectl run --rm -it --image=alpine/git git -- ls-remote URL` in the namespace of the builds.',
    },
    'context-denied': {
      meaning: 'The executor was not allowed to read the context that it was to fetch.',
      causes: [
        '**GitHub**: the job needs `permissions: contents: read`; for other private repositories `github-token` must be one that may read them.',
        '**Other git servers**: the secret `GIT_AUTH_TOKEN`, or `GIT_AUTH_TOKEN.HOST`, in `secrets`. It is sent as the password of `x-access-token`.',
        '**s3, gs**: the identity of the pod decides: `service-account` with workload identity, or variables that `pod-template` sets from a Secret. **Azure**: Kaniko takes the variable `AZURE_STORAGE_ACCESS_KEY` and nothing else.',
      ],
      more: '[Kaniko: build contexts](https://github.com/osscontainertools/kaniko#kaniko-build-contexts).',
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
