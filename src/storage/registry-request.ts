import { DEFAULT_REGISTRY_NAMESPACE } from '../request/cluster-registry.ts'

/** What somebody asks of a registry in the cluster; nothing in here needs checking again. */
export interface RegistryRequest {
  readonly namespace: string
  /** Of distribution's registry, with a shell beside it. */
  readonly image: string
  /** Where every node answers; from the cluster's range, which is 30000 to 32767 by default. */
  readonly nodePort: number
  readonly storage: RegistryStorage
  /** Whether a user and a password are asked for. */
  readonly hasCredentials: boolean
  /** Ways that may be tried, in their order. */
  readonly ways: readonly Way[]
}

/** Where the images lie. */
export interface RegistryStorage {
  /** `claim` outlives its pod; `ephemeral` is a folder of the node that goes with it. */
  readonly kind: 'claim' | 'ephemeral'
  /** As a Kubernetes quantity: `20Gi`. */
  readonly size: string
  /** Of the claim; undefined: the cluster's default one. */
  readonly storageClass: string | undefined
}

/**
 * How nodes pull: by the NodePort on their own `localhost`, by the NodePort on a node's address,
 * or by a proxy of ours that listens on each node's `localhost`.
 */
export type Way = 'localhost' | 'node-address' | 'host-proxy'

export const DEFAULTS = {
  namespace: DEFAULT_REGISTRY_NAMESPACE,
  image: 'docker.io/library/registry:3.0.0',
  nodePort: 30_500,
  size: '20Gi',
} as const

/** What of it somebody has said; the rest is as it is installed, or the default. JSON. */
export interface GivenSettings {
  readonly image?: string | undefined
  readonly nodePort?: number | undefined
  readonly isEphemeral?: boolean | undefined
  readonly size?: string | undefined
  readonly storageClass?: string | undefined
  readonly hasCredentials?: boolean | undefined
  readonly allowHostNetwork?: boolean | undefined
  readonly way?: Way | undefined
}

const WAYS: readonly Way[] = ['localhost', 'node-address', 'host-proxy']

/** The same with what was said before. */
export function joinSettings(before: GivenSettings, given: GivenSettings): GivenSettings {
  const said = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...before, ...Object.fromEntries(said) }
}

/** All of it, from what was said. */
export function requestOf(namespace: string, given: GivenSettings): RegistryRequest {
  const { way, allowHostNetwork = false } = given
  return {
    namespace,
    image: given.image ?? DEFAULTS.image,
    nodePort: given.nodePort ?? DEFAULTS.nodePort,
    storage: {
      kind: given.isEphemeral === true ? 'ephemeral' : 'claim',
      size: given.size ?? DEFAULTS.size,
      storageClass: given.storageClass,
    },
    hasCredentials: given.hasCredentials ?? false,
    ways: way === undefined ? WAYS.filter((one) => one !== 'host-proxy' || allowHostNetwork) : [way],
  }
}
