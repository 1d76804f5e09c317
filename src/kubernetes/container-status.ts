import type { ContainerState, Pod } from './objects.ts'

/** The state of a pod's container, be it one that runs before the others or not; undefined where nothing is told yet. */
export function stateOf(pod: Pod | undefined, container: string): ContainerState | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod?.status ?? {}
  return [...initContainerStatuses, ...containerStatuses].find(({ name }) => name === container)?.state
}
