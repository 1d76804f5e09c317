import type { ClusterEvent } from '../kubernetes/objects.ts'
import { HELPER_CONTAINER } from '../plan/helper-container.ts'

/** Whether the cluster speaks of a full disk. */
export function isAboutDisk(text: string): boolean {
  return /ephemeral|no space left|disk ?pressure|EmptyDir volume/i.test(text)
}

/** Whether the cluster says that a node cannot run pods in user namespaces. */
export function isAboutUserNamespaces(text: string): boolean {
  return /user ?namespaces?|idmap|userns/i.test(text)
}

/** Whether the executor speaks of a server that it did not reach, or whose TLS it does not take. */
export function isAboutNetwork(text: string): boolean {
  return /dial tcp|i\/o timeout|deadline exceeded|no such host|connection (?:refused|reset)|x509|tls:|HTTP response to HTTPS|Proxy Authentication Required|: Forbidden$|EOF/.test(
    text,
  )
}

/** Which container of the pod an event is about stands in its field path. */
export const isAboutHelper = ({ involvedObject }: ClusterEvent): boolean =>
  involvedObject?.fieldPath === `spec.containers{${HELPER_CONTAINER}}`
