import type { Failure } from '../failure/failure.ts'
import type { RegistryRequest, Way } from './registry-request.ts'

/** A way that was tried, and which nodes did not pull by it. */
export interface TriedWay {
  readonly way: Way
  readonly host: string
  readonly refusals: readonly { readonly node: string; readonly reason: string }[]
}

const SHOWN = 3

/** No way works on all nodes: why, and what to put where. */
export function unreached(
  { namespace, nodePort, ways }: RegistryRequest,
  tried: readonly TriedWay[],
  nodeAddress: string,
): Failure {
  return {
    code: 'registry-unreachable',
    headline: `The nodes cannot pull from the registry in namespace "${namespace}".`,
    details: tried.flatMap(({ way, host, refusals }) => [
      `${WAY_WORDS[way]} (${host}):`,
      ...refusals.slice(0, SHOWN).map(({ node, reason }) => `  node ${node}: ${reason}`),
      ...(refusals.length > SHOWN ? [`  and ${refusals.length - SHOWN} more nodes`] : []),
    ]),
    cures: [
      ...(ways.includes('host-proxy')
        ? []
        : ['let a small proxy run on each node’s own network: install again with --allow-host-network']),
      `or let the container runtime of every node speak plain HTTP to ${nodeAddress}:${nodePort}, and install again:`,
      'k3s and RKE2, /etc/rancher/k3s/registries.yaml (or /etc/rancher/rke2/registries.yaml), then restart the service:',
      '  mirrors:',
      `    "${nodeAddress}:${nodePort}":`,
      `      endpoint: ["http://${nodeAddress}:${nodePort}"]`,
      `containerd, /etc/containerd/certs.d/${nodeAddress}:${nodePort}/hosts.toml (config_path must name /etc/containerd/certs.d):`,
      `  server = "http://${nodeAddress}:${nodePort}"`,
    ],
  }
}

export const WAY_WORDS: Readonly<Record<Way, string>> = {
  localhost: 'the NodePort on each node’s localhost',
  'node-address': 'the NodePort on a node’s address',
  'host-proxy': 'a proxy of ours on each node’s localhost',
}
