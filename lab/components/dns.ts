import { join } from 'node:path'
import { ports } from '../addresses.ts'
import { adminKubeconfig } from '../kubeconfig.ts'
import { listens } from '../processes.ts'
import type { Component } from '../processes.ts'
import type { Cluster } from './cluster.ts'
import { configure } from './configuration.ts'

/** The cluster's name server. Nothing outside is reachable, so every other name is refused at once. */
export function dns({ lab, addresses, programs }: Cluster): Component {
  const corefile = join(lab.configuration, 'Corefile')
  configure(
    corefile,
    `cluster.local in-addr.arpa ip6.arpa {
  bind ${addresses.node}
  errors
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig ${adminKubeconfig(lab)} ${lab.name}
    pods insecure
    ttl 5
  }
}
. {
  bind ${addresses.node}
  errors
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`,
  )
  return {
    name: 'dns',
    command: [programs.coredns, '-conf', corefile],
    ready: (running) => listens(running, ports.dns),
  }
}
