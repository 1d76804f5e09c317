import { join } from 'node:path'
import { partKubeconfig } from '../kubeconfig.ts'
import { listens } from '../processes.ts'
import type { Component } from '../processes.ts'
import type { Cluster } from './cluster.ts'
import { configure } from './configuration.ts'

const HEALTH_PORT = 10256

/** Makes Services reachable, by iptables in the lab's own network. */
export function proxy({ lab, addresses, programs }: Cluster): Component {
  const configuration = join(lab.configuration, 'proxy.json')
  const content = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig: partKubeconfig(lab, 'proxy') },
    hostnameOverride: lab.name,
    clusterCIDR: addresses.pods,
    bindAddress: addresses.node,
    oomScoreAdj: 0,
    // All pods are on one bridge: an answer that took the short way over it would come from the wrong address.
    iptables: { masqueradeAll: true, minSyncPeriod: '100ms' },
    // Those limits are the whole machine's.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  }
  configure(configuration, JSON.stringify(content, null, 2))
  return {
    name: 'proxy',
    command: [programs.kubernetes, 'proxy', `--config=${configuration}`],
    ready: (running) => listens(running, HEALTH_PORT),
  }
}
