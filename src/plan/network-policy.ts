import type { KubernetesObject, ObjectMeta } from '../kubernetes/objects.ts'
import type { NetworkPolicyChoice } from '../request/network-policy.ts'
import type { Reached } from './reached-ports.ts'

/** Where the cluster's API server listens. */
export interface ServerAddress {
  /** IPv4 or IPv6. */
  readonly address: string
  readonly port: number
}

/**
 * Addresses of services that tell a pod who its node is in its cloud: of AWS,
 * Azure, Google, Oracle and others (link-local), of Azure's host, of Alibaba.
 */
export const METADATA = {
  v4: ['169.254.0.0/16', '168.63.129.16/32', '100.100.100.200/32'],
  v6: ['fe80::/10', 'fd00:ec2::/32', 'fd20:ce::/32'],
} as const

/** Of the same only those that answer to DNS as well as to questions for credentials: a node's own cache is link-local. */
const METADATA_BESIDE_DNS = {
  v4: ['169.254.169.254/32', '169.254.170.0/24', '168.63.129.16/32', '100.100.100.200/32'],
  v6: ['fd00:ec2::/32', 'fd20:ce::/32'],
} as const

/** OpenShift's DNS listens on 5353 behind its Service, and a policy sees the pod's port. */
const DNS_PORTS = [53, 5353] as const

const HTTPS = 443

/** The NetworkPolicy of a build's own namespace, whose one pod is the build's; undefined where none is wanted. */
export function networkPolicy(
  metadata: ObjectMeta,
  choice: NetworkPolicyChoice,
  reached: Reached,
  server: readonly ServerAddress[],
): KubernetesObject | undefined {
  if (choice.kind === 'none') return undefined
  const spec = choice.kind === 'spec' ? choice.spec : registriesOnly(reached, server)
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: { podSelector: {}, ...spec },
  }
}

/**
 * A policy knows addresses and no names, and a registry's layers come from others
 * than its own: so it is any address, on those ports alone, but for those that a
 * build has no business with.
 */
function registriesOnly({ ports, isInCluster }: Reached, server: readonly ServerAddress[]): object {
  // The Service of the API server has 443 in every cluster.
  const ofServer = new Set([HTTPS, ...server.map(({ port }) => port)])
  const addresses = server.map(({ address }) => address)
  const guarded = ports.filter((port) => ofServer.has(port))
  const others = ports.filter((port) => !ofServer.has(port))
  const pods = isInCluster ? [ANY_POD] : []
  return {
    policyTypes: ['Ingress', 'Egress'],
    ingress: [],
    egress: [
      { to: [...anyAddress(METADATA_BESIDE_DNS, []), ANY_POD], ports: DNS_PORTS.flatMap(ofDns) },
      { to: [...anyAddress(METADATA, addresses), ...pods], ports: guarded.map(tcp) },
      // On the node of the API server there may be a registry, at another port.
      ...(others.length === 0
        ? []
        : [{ to: [...anyAddress(METADATA, []), ...pods], ports: others.map(tcp) }]),
    ],
  }
}

/** Some network plugins do not count pods among the addresses of an ipBlock. */
const ANY_POD = { namespaceSelector: {} } as const

const tcp = (port: number) => ({ protocol: 'TCP', port })

const ofDns = (port: number) => [{ protocol: 'UDP', port }, tcp(port)]

function anyAddress(
  metadata: Readonly<Record<'v4' | 'v6', readonly string[]>>,
  addresses: readonly string[],
): readonly object[] {
  const isV6 = (address: string): boolean => address.includes(':')
  const v4 = addresses.filter((address) => !isV6(address)).map((address) => `${address}/32`)
  const v6 = addresses.filter(isV6).map((address) => `${address}/128`)
  return [
    { ipBlock: { cidr: '0.0.0.0/0', except: [...new Set([...metadata.v4, ...v4])] } },
    { ipBlock: { cidr: '::/0', except: [...new Set([...metadata.v6, ...v6])] } },
  ]
}

/** What is said of a policy before the build, for it cannot be seen whether anybody enforces it. */
export function policyNotes(
  { kind }: NetworkPolicyChoice,
  { ports }: Reached,
  server: readonly ServerAddress[],
): readonly string[] {
  if (kind === 'none') return []
  const counts = 'It counts where the cluster’s network plugin enforces policies.'
  if (kind === 'spec') return [`network-policy: as given. ${counts}`]
  const known =
    server.length === 0
      ? 'the API server’s addresses are not known'
      : `the API server (${[...new Set(server.map(({ address }) => address))].join(', ')})`
  return [
    `network-policy: nobody reaches the pod; it reaches DNS, and any address by TCP ${ports.join(', ')} but for metadata services and ${known}. ${counts}`,
  ]
}
