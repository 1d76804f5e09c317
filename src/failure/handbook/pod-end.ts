import type { Chapter } from './chapter.ts'

export const POD_END = {
  title: 'what happened to the pod',
  entries: {
    'out-of-memory': {
      meaning:
        "The kernel killed the build, or a process of it, at the pod's memory limit; or it was killed without a word, which is nearly always the same. The log says what was going on, what the limit was, and proposes a larger one.",
      causes: [
        '**during a RUN**: what it runs needs more. Raise `limits.memory` in `resources`, or give it less to do at once (`make -j2`, `NODE_OPTIONS=--max-old-space-size=…`).',
        '**while taking a snapshot or pushing**: Kaniko itself, in the order of the largest layer. Raise the limit, or split the instruction that makes that layer.',
        'A limit can be larger than what a node has free, but not used beyond it: keep `requests.memory` near what the build needs.',
      ],
      more: '`kubectl -n NAMESPACE top pod -l job-name=JOB` while a build runs, where the cluster has metrics.',
    },
    evicted: {
      meaning:
        'The pod was taken away: by its node, which ran out of memory; by a drain or an autoscaler; or by somebody who deleted it. A build that was evicted is started once more by itself, with a timeout of its own; one that somebody deleted is not.',
      causes: [
        '**low on resource: memory**: pods that use more than they request go first. Raise `requests.memory` to what the build uses.',
        '**drained**: builds ask autoscalers to wait, but a person or an upgrade may not. Run it again.',
      ],
      more: '`kubectl get events -A --field-selector reason=Evicted`; [Kubernetes: disruptions](https://kubernetes.io/docs/concepts/workloads/pods/disruptions/).',
    },
    preempted: {
      meaning:
        'The scheduler needed the room for a pod of higher priority. The build was started once more, and preempted again.',
      causes: [
        "Run it again, where or when there is more room. A priority class for builds is the cluster's to give.",
      ],
      more: '[Kubernetes: priority and preemption](https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/).',
    },
    'node-lost': {
      meaning:
        'The node was shut down, removed, or stopped answering. The build was started once more, and lost its node again.',
      causes: [
        'Run it again. If it happens often, keep builds off nodes that the cloud may take away (spot, preemptible).',
      ],
      more: '`kubectl get nodes`, `kubectl describe node NAME`.',
    },
    'disk-full': {
      meaning: "The node's disk, or the pod's own share of it, was full.",
      causes: [
        '**exceeded its local ephemeral storage limit**: raise `limits.ephemeral-storage` in `resources`. A build needs about the size of its base image, the context and all layers together.',
        "**low on resource: ephemeral-storage, no space left on device**: the node's disk is too small or not cleaned. A request for `ephemeral-storage` makes the scheduler choose a node with room.",
      ],
      more: '`kubectl describe node NAME`, under «Conditions» and «Allocatable»; [Kubernetes: local ephemeral storage](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#local-ephemeral-storage).',
    },
    deadline: {
      meaning:
        'The build was running when `timeout` was over. The log names the instruction that was under way, what it printed last, and a longer `timeout` to try.',
      causes: [
        "It may be hanging: an installer that asks a question, or a download that gets no answer. A pod has no terminal, and what its network allows may differ from the runner's.",
        'If it is only slow: raise `timeout`, or the cpu limit in `resources`; see whether the cache works.',
      ],
      more: 'the times beside the instructions in the log show where the rest of the time went.',
    },
    cancelled: {
      meaning:
        "The workflow run was cancelled, or the step's own time limit was over. What had been created is removed, unless `cleanup` is `never`; a part that could not be removed in time expires.",
      causes: [
        'Nothing is to be done. If nobody cancelled it, `timeout-minutes` of the step or job was over: it should be longer than `timeout` and `schedule-timeout` together.',
      ],
      more: "the run's page on GitHub says who cancelled it; `cancel-in-progress` in the workflow does it for every new push.",
    },
  },
} as const satisfies Chapter
