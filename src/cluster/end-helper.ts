import { HELPER_CONTAINER } from '../plan/helper-container.ts'
import { END_SCRIPT } from '../plan/helper-scripts.ts'
import { unlessAborted } from './aborted.ts'
import type { Api } from './api.ts'
import type { PodAddress } from './cluster-session.ts'
import type { ContainerChannel } from './container-channel.ts'
import { execOf } from './paths.ts'

/** Tells the container beside Kaniko's to end: see the port. What it does not hear, the pod's deadline says. */
export async function endHelper(
  api: Api,
  { namespace, pod }: PodAddress,
  signal: AbortSignal,
): Promise<void> {
  const query = { container: HELPER_CONTAINER, command: ['sh', '-c', END_SCRIPT], stderr: 'true' }
  let channel: ContainerChannel | undefined
  try {
    channel = await api.exec(execOf(namespace, pod), query, () => undefined, signal)
    await unlessAborted(channel.ended, signal)
  } catch {
    // The right may be missing, or the container have ended.
  } finally {
    channel?.terminate()
  }
}
