import type { Chapter } from './chapter.ts'

export const POD_START = {
  title: 'the start of the pod',
  entries: {
    'executor-pull': {
      meaning:
        'The node cannot pull the executor image, or the helper image where `outputs` needs it; the log names which. What the registry says stands in the log. A final answer (not found, denied) is believed after 5 s, other trouble after 30 s.',
      causes: [
        '**not found**: look at name and tag in `executor`, or in `helper-image`, whose default is the `-debug` tag of the executor.',
        '**unauthorized, denied**: the image is private; the service account of the namespace needs an image pull secret.',
        '**i/o timeout, no such host, connection refused**: nodes have no way to that registry. Copy the image to one that they reach, and name the copy in `executor`.',
        '**server gave HTTP response to HTTPS client**: a registry over plain HTTP must be allowed in the container runtime of every node.',
        '**toomanyrequests**: the registry limits pulls; use a mirror, or wait.',
      ],
      more: '[Kubernetes: images](https://kubernetes.io/docs/concepts/containers/images/).',
    },
    'executor-invalid': {
      meaning:
        "The executor image is there and cannot be used: its name cannot be parsed, its program cannot be started on this node, it ended well without leaving an image's digest, or it left one that the registry does not have.",
      causes: [
        '`executor` must be an image of Kaniko with `/kaniko/executor` in it; with `builder: buildkit` one of BuildKit, with `buildkitd`, `buildctl` and a shell.',
        '**BuildKit’s daemon does not start, or ends during the build**: its last lines are quoted. Outside of a user namespace it is the rootless image that must be used (`user-namespace: false`); some nodes do not let users make user namespaces (`user.max_user_namespaces`, AppArmor).',
        '**The helper image**, which `outputs` needs: `helper-image` must have a shell, `tar`, `tee`, `dd`, `wc` and `sha256sum`, as busybox has them.',
        '**On the runner**: buildah or podman cannot begin a container (inside of another one `BUILDAH_ISOLATION: chroot` helps) or cannot use a base image that has no history; docker’s BuildKit ended. The message says which, and what helps.',
        '**exec format error**: the image is made for another processor than the node has.',
      ],
      more: '[inputs.md](inputs.md#executor) names the image that is the default.',
    },
    unschedulable: {
      meaning:
        "No node took the pod until `schedule-timeout`, or none ever can. The scheduler's words say how many nodes there are and what each kind of them lacks; the log also says what the build asked for and, where nodes may be read, what the largest one has.",
      causes: [
        '**Insufficient cpu, memory, ephemeral-storage**: lower the requests in `resources`, or free a node.',
        "**A request larger than every node has**, a node selector that no node's labels match, or a taint on every node, fails within seconds, unless an autoscaler has said something about the pod.",
        "**untolerated taint, didn't match node selector**: nodes are there and kept for others.",
        "**With an autoscaler** (`TriggeredScaleUp`, karpenter's `Nominated`): a node may take minutes to come; raise `schedule-timeout`. `NotTriggerScaleUp` and karpenter's `FailedScheduling` say why none is added.",
      ],
      more: '`kubectl describe nodes`, under «Allocated resources»; [Kubernetes: resources of a container](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/).',
    },
    'schedule-timeout': {
      meaning:
        'The pod has a node, or is still to be created, and its container did not run until `schedule-timeout` was over. The log says what was waited for.',
      causes: [
        '**the executor image**: a slow first pull; raise `schedule-timeout`, or keep the image on the nodes.',
        "**the sandbox**: the node's network plugin or container runtime is in trouble.",
        '**the pod to be created**: the controller manager is slow or stopped.',
      ],
      more: "`kubectl -n NAMESPACE describe pods -l job-name=JOB` while a build waits has the node's messages.",
    },
    'user-namespace': {
      meaning: "The node cannot run the pod in a user namespace, or a file's owner does not exist in it.",
      causes: [
        '**BuildKit**: its privileged pod begins in no other place. A cluster that does not know user namespaces drops the field that asks for one; the build then ends before it has begun. `user-namespace: false` runs BuildKit rootless.',
        '`user-namespace: auto` uses one only where nodes can; `false` never does. `true` needs Kubernetes 1.33, containerd 2.0 or CRI-O 1.25, runc 1.2 or crun 1.9, and Linux 6.3.',
        '**chown … invalid argument**: a file of the base image, or a `chown`, has an owner above 65535, and such a namespace has only 65536. Set `user-namespace: false` for this build.',
      ],
      more: '[Kubernetes: user namespaces](https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/).',
    },
    'config-missing': {
      meaning:
        'Something that the pod needs to start was not there in time: a ConfigMap, a Secret, a claim, a service account, a priority or runtime class.',
      causes: [
        'The Secret that `registry-secret` names: it must be in the namespace that `namespace` gives, of the type kubernetes.io/dockerconfigjson.',
        'If it is an object of the build itself, somebody deleted it while the build was starting, for example a clean-up job.',
      ],
      more: '`kubectl -n NAMESPACE get events --field-selector type=Warning`.',
    },
  },
} as const satisfies Chapter
