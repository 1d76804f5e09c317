import type { FailureCode } from '../failure.ts'

/** A trouble as people knew it from shell scripts around kubectl, and the codes that it has become. */
export interface ClassicTrouble {
  readonly title: string
  /** What it was, and what is different now; Markdown. */
  readonly text: string
  readonly codes: readonly FailureCode[]
  /** What to type to look for oneself. */
  readonly look: string
}

export const CLASSIC_TROUBLES: readonly ClassicTrouble[] = [
  {
    title: 'Namespace creation failed',
    text: 'Every build makes a namespace of its own, unless `namespace` names one that exists. The kubeconfig’s user may lack the right to create namespaces, the cluster may not be reached, or a policy may refuse it. An expired namespace of an earlier build is removed by the next one; it stands in nobody’s way, for names end in five characters drawn at random.',
    codes: ['forbidden', 'cluster-unreachable', 'unauthorized', 'admission', 'namespace-terminating'],
    look: 'kubectl auth can-i create namespaces\nkubectl get namespaces -l app.kubernetes.io/managed-by=hybrid-kubernetes-build',
  },
  {
    title: 'Job timeout',
    text: '`kubectl wait --timeout` knew one time for everything. There are two now: `schedule-timeout`, until the container runs, and `timeout` (the environment variable `BUILD_TIMEOUT` is the same), from there to its end. What cannot heal is told within seconds, by a code of its own; the instruction that was under way at a deadline is named.',
    codes: ['deadline', 'schedule-timeout', 'unschedulable', 'executor-pull', 'quota', 'out-of-memory'],
    look: 'kubectl -n NAMESPACE describe pods -l job-name=JOB\nkubectl -n NAMESPACE get events --sort-by=.lastTimestamp',
  },
  {
    title: 'Context too large',
    text: 'A ConfigMap holds 1 MiB. The context is compressed and sent in one; `.dockerignore` decides what is in it, as for Docker, and the log says how much was packed and what was left out.',
    codes: ['context-too-large', 'context-broken'],
    look: 'du -ah CONTEXT | sort -h | tail -20\nkubectl -n NAMESPACE get configmaps -l app.kubernetes.io/managed-by=hybrid-kubernetes-build',
  },
  {
    title: 'Image not found after build',
    text: 'Nothing is loaded into the runner’s own container tool: the image is pushed from the pod to the names in `tags`, and nowhere else. A build that says «Built» has pushed; the output `image-by-digest` names exactly that image. With `push: false` it is lost with its pod. A Deployment that cannot pull it has another registry name, or no pull secret.',
    codes: ['push-denied', 'push-unreachable', 'registry-name', 'push-immutable', 'executor-invalid'],
    look: 'kubectl -n NAMESPACE logs job/JOB\nkubectl -n YOUR-NAMESPACE describe pods -l app=YOUR-APP',
  },
]
