import type { Addresses } from '../addresses.ts'
import type { Lab } from '../places.ts'

/** One instance and where it is: all that is needed to ask it something. */
export interface Site {
  readonly lab: Lab
  readonly addresses: Addresses
}

/** What every component is made from. */
export interface Cluster extends Site {
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
