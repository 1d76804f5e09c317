import { BlockList, isIP } from 'node:net'

import type { KubernetesObject } from '../../src/kubernetes/objects.ts'

/** Somewhere that a pod may want to go. */
export interface Destination {
  readonly address: string
  readonly port: number
  readonly protocol?: 'TCP' | 'UDP'
  /** Whether a pod is there: some network plugins ask for its namespace and not for its address. */
  readonly isPod?: boolean
}

interface Rule {
  readonly to: readonly {
    readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] }
    readonly namespaceSelector?: object
  }[]
  readonly ports: readonly { readonly protocol: string; readonly port: number }[]
}

/** Whether the pods that a NetworkPolicy is for may go there, as Kubernetes' documentation reads it. */
export function mayReach(policy: KubernetesObject, destination: Destination): boolean {
  // The shape that the plan makes.
  const { egress, policyTypes } = policy['spec'] as {
    readonly egress: readonly Rule[]
    readonly policyTypes: readonly string[]
  }
  if (!policyTypes.includes('Egress')) return true
  const { address, port, protocol = 'TCP', isPod = false } = destination
  return egress.some(
    ({ to, ports }) =>
      ports.some((one) => one.port === port && one.protocol === protocol) &&
      to.some(({ ipBlock, namespaceSelector }) =>
        ipBlock === undefined
          ? isPod && namespaceSelector !== undefined
          : isWithin(ipBlock.cidr, address) && !(ipBlock.except ?? []).some((one) => isWithin(one, address)),
      ),
  )
}

function isWithin(cidr: string, address: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/')
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(address) !== isIP(network)) return false
  const list = new BlockList()
  list.addSubnet(network, Number(prefix), family)
  return list.check(address, family)
}
