import { DEFAULTS } from '../storage/registry-request.ts'

/** `hybrid-build help registry` */
export const REGISTRY_HELP = `Usage: hybrid-build registry install [FLAGS]
       hybrid-build registry status [--output text|json]
       hybrid-build registry prune [--keep N] [--older-than 30d] [--dry-run]
       hybrid-build registry uninstall --yes

A registry in the cluster, for images that are built and deployed there. Builds
push to it with the input \`registry: in-cluster\`; docs/in-cluster-registry.md.

install is safe to repeat: what is as it should be is left alone. It ends with a
proof: a pod pushes, and each node pulls.
  --image=IMAGE            the registry's own image
                           (${DEFAULTS.image})
  --node-port=PORT         where the nodes answer (${DEFAULTS.nodePort})
  --storage=SIZE           size of its volume (${DEFAULTS.size})
  --storage-class=NAME     of its volume; without it the cluster's default one
  --ephemeral              a folder of the node, which goes with the pod
  --credentials            asks for a user and a password, which it draws
  --allow-host-network     lets a proxy run on each node's own network, if
                           nothing else works
  --way=WAY                only this way: localhost, node-address or host-proxy

status says where it is, what it holds and which nodes pull from it.
  -o, --output text|json

prune forgets images and frees their space. What a workload of the cluster names
stays. The registry does not answer for the seconds that it takes.
  --keep=N                 the newest N tags of each repository stay
  --older-than=DURATION    younger tags stay (12h, 30d)
  --dry-run                only says what would go
  --wait=DURATION          for a minute without a push (10m)

uninstall removes all of it, images included.
  --yes                    they may be lost

All of them: --namespace=NAME (${DEFAULTS.namespace}), --kubeconfig=K,
--kube-context=C.
`
