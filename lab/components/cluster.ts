import type { Addresses } from '../addresses.ts'
import type { Lab } from '../places.ts'

/** What every component is made from. */
export interface Cluster {
  readonly lab: Lab
  readonly addresses: Addresses
  /** Paths of the built executables. */
  readonly programs: {
    readonly kubernetes: string
    readonly containerd: string
    readonly ctr: string
    readonly runc: string
    readonly coredns: string
    readonly registry: string
  }
}
