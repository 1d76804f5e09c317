import { randomBytes } from 'node:crypto'

import type { Applied, ObjectSession } from './cluster/object-session.ts'
import { ActionError } from './failure/failure.ts'
import type { KubernetesObject, Pod } from './kubernetes/objects.ts'
import { LABELS, MANAGER } from './plan/resource-names.ts'
import { proveWays } from './prove-registry.ts'
import type { Runner } from './runner/runner.ts'
import { credentialsSecret } from './storage/credentials.ts'
import { type Installation, installationIn, installationMap } from './storage/proved-ways.ts'
import { namespaceTaken, notReady } from './storage/refusals.ts'
import { NAMES, pushHostIn, selectorText, SELECTOR } from './storage/registry-names.ts'
import { registryObjects, settingsIn } from './storage/registry-objects.ts'
import {
  type GivenSettings,
  joinSettings,
  type RegistryRequest,
  requestOf,
} from './storage/registry-request.ts'

/** What a command about the registry needs from outside. */
export interface RegistryPorts {
  readonly runner: Runner
  readonly session: ObjectSession
}

/** How long the registry may take until it serves, in milliseconds: its image, its volume. */
const READY_MS = 180_000

/** After so long nobody will bind a claim that no storage class is to serve, in milliseconds. */
const UNBOUND_MS = 10_000

const POLL_MS = 300

/**
 * Installs the registry, or makes an installation what is asked for; then proves by which way the
 * nodes pull from it, and stores that. What is as it should be is left as it is, and said so.
 */
export async function installRegistry(
  namespace: string,
  given: GivenSettings,
  { runner, session }: RegistryPorts,
  signal: AbortSignal,
): Promise<Installation> {
  const said = joinSettings(await saidBefore(namespace, session, signal), given)
  const request = requestOf(namespace, said)
  runner.info(`> Installing the registry into namespace ${namespace}`)
  const [first, ...others] = registryObjects(request, said)
  if (first === undefined) throw new Error('an installation has a namespace')
  const changes: (readonly [KubernetesObject, Applied])[] = [[first, await session.apply(first, signal)]]
  const madeCredentials = await applyCredentials(request, session, signal)
  for (const object of others) changes.push([object, await session.apply(object, signal)])
  const changed = changes.filter(([, applied]) => applied !== 'unchanged')
  for (const [{ kind, metadata }, applied] of changed)
    runner.info(`${kind} ${metadata.name} ${applied === 'created' ? 'created' : 'changed'}`)
  if (madeCredentials) runner.info(`Secret ${NAMES.credentials} created`)
  await untilReady(request, session, signal)
  const before = await readInstallation(namespace, session, signal)
  const installation = await proveWays(request, before, { runner, session }, signal)
  const stored = await session.apply(installationMap(installation), signal)
  const isSame = changed.length === 0 && !madeCredentials && stored === 'unchanged'
  runner.info(isSame ? 'Nothing was changed: the registry is as it should be.' : 'The registry is installed.')
  return installation
}

/** What an installation has stored; undefined: there is none, or it has proved nothing yet. */
export async function readInstallation(
  namespace: string,
  session: ObjectSession,
  signal: AbortSignal,
): Promise<Installation | undefined> {
  const address = { kind: 'ConfigMap', namespace, name: NAMES.installation } as const
  const object = await session.read(address, signal)
  return object && installationIn(object)
}

/** The pod that serves; undefined: none does. */
export async function registryPod(
  namespace: string,
  session: ObjectSession,
  signal: AbortSignal,
): Promise<Pod | undefined> {
  const pods = await session.list('Pod', { namespace, labelSelector: selectorText(SELECTOR) }, signal)
  // Every item of a list of pods is one.
  return (pods as readonly Pod[]).find(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined &&
      status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true,
  )
}

/**
 * What earlier installations were told, which counts until somebody says otherwise. A namespace
 * that somebody has made for something else is not ours to fill, and to remove some day.
 */
async function saidBefore(
  namespace: string,
  session: ObjectSession,
  signal: AbortSignal,
): Promise<GivenSettings> {
  const there = await session.read({ kind: 'Namespace', namespace: '', name: namespace }, signal)
  if (there === undefined) return {}
  const { labels = {}, deletionTimestamp } = there.metadata
  const isOurs = labels[LABELS.managedBy] === MANAGER && labels['app.kubernetes.io/component'] === 'registry'
  if (!isOurs || deletionTimestamp !== undefined)
    throw new ActionError(namespaceTaken(namespace, deletionTimestamp !== undefined))
  return settingsIn(there)
}

/** Once made they stay: what pulls with them has a copy. The same password serves when the address changes. */
async function applyCredentials(
  { namespace, nodePort, hasCredentials }: RegistryRequest,
  session: ObjectSession,
  signal: AbortSignal,
): Promise<boolean> {
  const address = { kind: 'Secret', namespace, name: NAMES.credentials } as const
  if (!hasCredentials || (await session.read(address, signal)) !== undefined) return false
  const hosts = [pushHostIn(namespace), `localhost:${nodePort}`, `localhost:${nodePort + 1}`]
  await session.apply(credentialsSecret(namespace, hosts, randomBytes(32).toString('base64url')), signal)
  return true
}

/** Waits until the registry serves as it is now asked to; throws `registry-not-ready` where it does not. */
async function untilReady(
  { namespace }: RegistryRequest,
  session: ObjectSession,
  signal: AbortSignal,
): Promise<void> {
  const began = session.clock.now()
  const address = { kind: 'Deployment', namespace, name: NAMES.registry } as const
  for (;;) {
    const deployment = await session.read(address, signal)
    if (deployment !== undefined && isServing(deployment)) return
    const waited = session.clock.now() - began
    const isLate = waited > READY_MS
    const why =
      (await troubleOf(namespace, session, isLate, signal)) ??
      (waited > UNBOUND_MS ? await unboundClaim(namespace, session, signal) : undefined)
    if (why !== undefined || isLate) throw new ActionError(notReady(namespace, why))
    await session.clock.sleep(POLL_MS, signal)
    signal.throwIfAborted()
  }
}

function isServing(deployment: KubernetesObject): boolean {
  // The fields of apps/v1 that say so.
  const { observedGeneration, availableReplicas, updatedReplicas, unavailableReplicas } = (deployment[
    'status'
  ] ?? {}) as Readonly<Record<string, number | undefined>>
  const generation: unknown = Reflect.get(deployment.metadata, 'generation')
  return (
    observedGeneration === generation &&
    availableReplicas === 1 &&
    updatedReplicas === 1 &&
    !unavailableReplicas
  )
}

/** What passes by no waiting, or whatever there is to say when it is late. */
async function troubleOf(
  namespace: string,
  session: ObjectSession,
  isLate: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  const pods = await session.list('Pod', { namespace, labelSelector: selectorText(SELECTOR) }, signal)
  // Every item of a list of pods is one.
  for (const { status } of pods as readonly Pod[]) {
    const [container] = status?.containerStatuses ?? []
    const { waiting } = container?.state ?? {}
    const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled')
    const isStuck = ['ImagePullBackOff', 'InvalidImageName', 'CrashLoopBackOff', 'CreateContainerConfigError']
    if (waiting?.reason !== undefined && (isLate || isStuck.includes(waiting.reason)))
      return waiting.message ?? waiting.reason
    // A claim that is bound late is waited for; one that nobody will ever bind is known by these words.
    const said = scheduled?.message ?? ''
    if (isLate && scheduled?.status === 'False') return said
  }
  return undefined
}

/** A claim without a class, where the cluster has no default one, waits for a volume that somebody makes by hand. */
async function unboundClaim(
  namespace: string,
  session: ObjectSession,
  signal: AbortSignal,
): Promise<string | undefined> {
  const claim = await session.read({ kind: 'PersistentVolumeClaim', namespace, name: NAMES.registry }, signal)
  // The fields of a claim that say so.
  const { spec, status } = (claim ?? {}) as {
    readonly spec?: { readonly storageClassName?: string }
    readonly status?: { readonly phase?: string }
  }
  const isHopeless = status?.phase === 'Pending' && !spec?.storageClassName
  return isHopeless ? 'its claim has no volume: the cluster has no default storage class' : undefined
}
