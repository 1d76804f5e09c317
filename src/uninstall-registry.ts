import { ActionError } from './failure/failure.ts'
import type { RegistryPorts } from './install-registry.ts'
import { LABELS, MANAGER } from './plan/resource-names.ts'
import { needsYes, notInstalled } from './storage/refusals.ts'
import { DEFAULTS } from './storage/registry-request.ts'

/** How long a namespace may take to go, in milliseconds. */
const GONE_MS = 120_000
const POLL_MS = 500

/** Removes the registry with all that it holds: its namespace. Throws where `yes` was not said. */
export async function uninstallRegistry(
  namespace: string,
  yes: boolean,
  { runner, session }: RegistryPorts,
  signal: AbortSignal,
): Promise<void> {
  const address = { kind: 'Namespace', namespace: '', name: namespace } as const
  const there = await session.read(address, signal)
  const { labels = {} } = there?.metadata ?? {}
  const isOurs = labels[LABELS.managedBy] === MANAGER && labels['app.kubernetes.io/component'] === 'registry'
  // What somebody else has made is not looked at any closer.
  if (!isOurs) throw new ActionError(notInstalled(namespace, namespace === DEFAULTS.namespace))
  if (!yes) throw new ActionError(needsYes(namespace))
  runner.info(`> Removing namespace ${namespace} and all that is in it`)
  await session.remove(address, signal)
  const end = session.clock.now() + GONE_MS
  while ((await session.read(address, signal)) !== undefined && session.clock.now() < end) {
    await session.clock.sleep(POLL_MS, signal)
    signal.throwIfAborted()
  }
  runner.info('The registry is removed.')
}
