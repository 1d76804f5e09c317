/** A registry of ours inside the cluster, as its installation has proved and stored it. */
export interface ClusterRegistry {
  readonly namespace: string
  /** Name of the Service, and its port inside the cluster. */
  readonly service: string
  readonly port: number
  /** host:port by which pods reach it (push, cache). */
  readonly pushHost: string
  /** host:port by which nodes pull from it: `localhost:30500`. */
  readonly pullHost: string
}
