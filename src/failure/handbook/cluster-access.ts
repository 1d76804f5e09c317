import type { Chapter } from './chapter.ts'

export const CLUSTER_ACCESS = {
  title: 'the way to the cluster',
  entries: {
    kubeconfig: {
      meaning: 'There is no usable kubeconfig.',
      causes: [
        '**Given but empty**: the secret has no value in this run. Workflows for pull requests from forks get no secrets; a misspelled name gives an empty one without a word.',
        '**Not YAML, or cut**: store the whole file as the secret, or base64 of it on one line.',
        '**The context does not exist**: `kubectl config get-contexts` lists the names for `kube-context`.',
        '**It runs a program** (`aws`, `gke-gcloud-auth-plugin`, `kubelogin`): that program must be on the runner, and logged in.',
        '**It names files** (certificates, keys) that are on another machine: `kubectl config view --raw --flatten` writes them into it.',
      ],
      more: '`kubectl config view` shows a kubeconfig without its secrets; [Kubernetes: kubeconfig files](https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/).',
    },
    'cluster-unreachable': {
      meaning:
        'Nothing answers at the address in the kubeconfig, or only errors do, also after several tries.',
      causes: [
        "A private address cannot be reached from GitHub's own runners: use a runner inside that network, or an address that is public.",
        '`127.0.0.1` or `localhost`, as kind and minikube write it, is the runner itself.',
        "A firewall or a list of allowed addresses may not know the runner's address; those of GitHub's runners change.",
        '`HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` of the runner count, as for `kubectl`, and `proxy-url` in the kubeconfig before them. A proxy that lets nothing through is named, and **407** means that it wants a user and a password in its address.',
        '**429, 500, 503**: the API server is overloaded or restarts. The action has tried for as long as it can; run the step again.',
        '**In the middle of a build**: the cluster was asked for a quarter of an hour, or until `timeout` was over. The build may have gone on, and even pushed: the message says how to look.',
      ],
      more: '`kubectl get --raw /readyz?verbose` tells from elsewhere whether the API server is well.',
    },
    certificate: {
      meaning:
        'The API server answers with a certificate that the kubeconfig does not trust. Nothing was sent to it.',
      causes: [
        '**Unknown authority**: `certificate-authority-data` belongs to another cluster, or the cluster was made anew. Make a new kubeconfig.',
        '**Other name**: the certificate does not name the host in the kubeconfig. Use a host that it does name, or set `tls-server-name`.',
        "**Expired, or not valid yet**: renew it on the cluster, or set the runner's clock.",
      ],
      more: '`openssl s_client -connect HOST:PORT </dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName`.',
    },
    unauthorized: {
      meaning: 'The API server does not know who is asking (401).',
      causes: [
        'The token or the client certificate has expired. Tokens made by `kubectl create token` live for an hour unless `--duration` says otherwise; those of clouds often for 15 minutes.',
        'The service account, or the user, was deleted and made anew: the old credentials stay invalid.',
        'The kubeconfig belongs to another cluster.',
      ],
      more: '`kubectl auth whoami` with the same kubeconfig.',
    },
    forbidden: {
      meaning:
        'The API server knows who is asking, and does not let them (403). The log names the missing verb, resource and namespace, and prints the YAML that grants everything a build needs, with the user or service account filled in.',
      causes: [
        'Apply that YAML, or give it to who runs the cluster.',
        'Builds in a namespace of their own need the right to create and delete namespaces. Where that cannot be had, give an existing one in `namespace`: that needs only a Role in it.',
      ],
      more: '`kubectl auth can-i --list -n NAMESPACE` with the same kubeconfig; the same YAML stands in `examples/rbac`.',
    },
  },
} as const satisfies Chapter
