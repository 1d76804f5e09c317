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
