import { randomBytes } from 'node:crypto'

import type { ExecPlace, ObjectKind, ObjectSession } from './cluster/object-session.ts'
import { ActionError } from './failure/failure.ts'
import { type RegistryPorts, readInstallation, registryPod } from './install-registry.ts'
import { inventoryOf } from './registry-status.ts'
import { beginScript, busyScript, collectedScript, writeScripts } from './storage/collect-scripts.ts'
import { collectLines, planPruning, type PrunePolicy, type Pruning } from './storage/prune-policy.ts'
import { notCollected, notInstalled, notReady, stillWritten } from './storage/refusals.ts'
import { DEFAULTS } from './storage/registry-request.ts'
import { bytesText } from './storage/status-words.ts'
import { imagesIn } from './storage/used-images.ts'

/** What to forget, and how long to wait for a moment without pushes. */
export interface PruneRequest {
  readonly namespace: string
  readonly policy: PrunePolicy
  readonly dryRun: boolean
  readonly waitSeconds: number
}

/** How long a garbage collection may take, in milliseconds. */
const COLLECT_MS = 30 * 60_000
const POLL_MS = 500
const BUSY_POLL_MS = 5_000

/** Everything that names images and may start pods from them some day. A Deployment's are in its ReplicaSets, its older ones too. */
const WORKLOADS: readonly ObjectKind[] = ['Pod', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'CronJob']

/**
 * Forgets images by the policy, and frees what nothing needs any more. The registry does it by
 * itself between two of its lives, when a minute has passed without a push: this command asks for it and waits.
 * If it is cut off in between, the registry still comes to the end of it.
 */
export async function pruneRegistry(
  { namespace, policy, dryRun, waitSeconds }: PruneRequest,
  { runner, session }: RegistryPorts,
  signal: AbortSignal,
): Promise<void> {
  const installation = await readInstallation(namespace, session, signal)
  if (installation === undefined)
    throw new ActionError(notInstalled(namespace, namespace === DEFAULTS.namespace))
  const pod = await registryPod(namespace, session, signal)
  if (pod === undefined) throw new ActionError(notReady(namespace, undefined))
  const place = { namespace, pod: pod.metadata.name, container: 'registry' }
  const hosts = [installation.pullHost, installation.pushHost]
  const [inventory, used] = await Promise.all([
    inventoryOf(namespace, place.pod, session, signal),
    usedImages(hosts, session, signal),
  ])
  const pruning = planPruning(inventory, policy, used)
  tell(pruning, dryRun, runner)
  if (dryRun) return
  await untilQuiet(place, waitSeconds, { runner, session }, signal)
  runner.info('> Collecting the garbage: the registry does not answer meanwhile')
  const id = randomBytes(4).toString('hex')
  for (const script of writeScripts(collectLines(pruning), id)) await session.run(place, script, signal)
  await session.run(place, beginScript(id), signal)
  await untilCollected(place, session, signal)
  const { usedBytes } = await inventoryOf(namespace, place.pod, session, signal)
  const freed = Math.max(0, inventory.usedBytes - usedBytes)
  runner.info(`Freed ${bytesText(freed)}; ${bytesText(usedBytes)} are used now.`)
}

async function usedImages(
  hosts: readonly string[],
  session: ObjectSession,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const lists = await Promise.all(WORKLOADS.map((kind) => session.list(kind, {}, signal)))
  return new Set(imagesIn(lists.flat(), hosts))
}

function tell({ tags, manifests, inUse }: Pruning, dryRun: boolean, runner: RegistryPorts['runner']): void {
  for (const { repository, tag } of tags)
    runner.info(`${dryRun ? 'Would forget' : 'Forgets'} ${repository}:${tag}`)
  if (manifests.length > 0)
    runner.info(`${dryRun ? 'Would forget' : 'Forgets'} ${manifests.length} images without a tag`)
  for (const image of inUse) runner.info(`Keeps ${image}: a workload of the cluster names it`)
  if (tags.length + manifests.length === 0) runner.info('There is no image to be forgotten.')
}

/** A push that is under way has written something within the last minute. */
async function untilQuiet(
  place: ExecPlace,
  waitSeconds: number,
  { runner, session }: RegistryPorts,
  signal: AbortSignal,
): Promise<void> {
  const end = session.clock.now() + waitSeconds * 1000
  for (let isTold = false; (await session.run(place, busyScript(), signal)).trim() !== ''; isTold = true) {
    if (session.clock.now() > end) throw new ActionError(stillWritten(waitSeconds))
    if (!isTold) runner.info('> Waiting for a minute without a push')
    await session.clock.sleep(BUSY_POLL_MS, signal)
    signal.throwIfAborted()
  }
}

async function untilCollected(place: ExecPlace, session: ObjectSession, signal: AbortSignal): Promise<void> {
  const end = session.clock.now() + COLLECT_MS
  for (;;) {
    const [state, ...words] = (await session.run(place, collectedScript(), signal)).trim().split('\n')
    if (state === 'collected') return
    if (state === 'failed' || session.clock.now() > end)
      throw new ActionError(notCollected(place.namespace, words.at(-1) ?? ''))
    await session.clock.sleep(POLL_MS, signal)
    signal.throwIfAborted()
  }
}
