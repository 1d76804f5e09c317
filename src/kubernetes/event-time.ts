import type { ClusterEvent } from './objects.ts'

/** When an event happened last, RFC 3339; empty if it does not say. Which field is set depends on who wrote it. */
export function happenedAt(event: ClusterEvent): string {
  return (
    event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? event.metadata.creationTimestamp ?? ''
  )
}
