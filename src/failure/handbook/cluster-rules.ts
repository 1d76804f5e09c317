import type { Chapter } from './chapter.ts'

export const CLUSTER_RULES = {
  title: "the cluster's rules",
  entries: {
    'namespace-terminating': {
      meaning: 'The namespace is being deleted: nothing can be created in it, and its name is not free yet.',
      causes: [
        'Wait until `kubectl get namespace NAME` does not find it, then create it again, or give another one.',
        'One that stays `Terminating` waits for a finalizer, or for an API service that does not answer.',
      ],
      more: '`kubectl get namespace NAME -o yaml` says what it waits for.',
    },
    quota: {
      meaning:
        "A ResourceQuota of the namespace has no room for the build's pod. Where other builds may free it, the build waits until `schedule-timeout`; where its request alone is more than the quota allows, it fails at once.",
      causes: [
        '**Used up by others**: run fewer builds at once (`concurrency` in the workflow), or have the quota raised.',
        '**More than the quota allows**: lower `resources`, or have the quota raised.',
        '**must specify limits…**: the quota counts a resource that the pod does not name. Name it in `resources`, requests and limits.',
      ],
      more: '`kubectl -n NAMESPACE describe quota`; [Kubernetes: resource quotas](https://kubernetes.io/docs/concepts/policy/resource-quotas/).',
    },
    'limit-range': {
      meaning:
        'A LimitRange of the namespace does not allow what `resources` asks for: too much, too little, or a limit too far above its request.',
      causes: [
        'Set `resources` within its bounds. A default of the LimitRange fills in what `resources` leaves open.',
      ],
      more: '`kubectl -n NAMESPACE describe limitrange`; [Kubernetes: limit ranges](https://kubernetes.io/docs/concepts/policy/limit-range/).',
    },
    'pod-security': {
      meaning: 'The Pod Security level of the namespace does not admit the pod.',
      causes: [
        'A build needs **baseline**. **restricted** cannot be met: Kaniko unpacks images as root, within its container and, where nodes can, within a user namespace.',
        'Build in a namespace with `pod-security.kubernetes.io/enforce: baseline`; no other namespace is touched by that. Without `namespace`, every build makes such a one.',
        '**BuildKit** needs the level **privileged**, `pod-security.kubernetes.io/enforce: privileged`: its pod is privileged within a user namespace, or rootless without seccomp. `builder: kaniko` is content with baseline.',
        'A namespace that only warns (`pod-security.kubernetes.io/warn: restricted`) builds; the warning stands in the log.',
      ],
      more: '`kubectl get namespace NAME --show-labels`; [Kubernetes: Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/).',
    },
    admission: {
      meaning:
        'A policy of the cluster refused an object: a validating webhook (Kyverno, Gatekeeper, an own one) or a ValidatingAdmissionPolicy.',
      causes: [
        "The message quoted in the log is the policy's own; who runs the cluster can name an exception for builds.",
        "**failed calling webhook**: the policy's own service does not answer, and its configuration says to refuse then. That is the cluster's trouble, not the build's.",
      ],
      more: '`kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations,validatingadmissionpolicies`.',
    },
  },
} as const satisfies Chapter
