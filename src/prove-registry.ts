import { randomBytes } from 'node:crypto'

import type { ObjectSession } from './cluster/object-session.ts'
import { ActionError } from './failure/failure.ts'
import { type RegistryPorts, registryPod } from './install-registry.ts'
import type { KubernetesObject, Pod } from './kubernetes/objects.ts'
import { hostProxy, hostProxyPort } from './storage/host-proxy.ts'
import { type ProofImage, proofImage } from './storage/proof-image.ts'
import { type ProofState, pulledState, pullProof, pushedState, pushProof } from './storage/proof-pods.ts'
import { forgetScript } from './storage/proof-scripts.ts'
import type { Installation } from './storage/proved-ways.ts'
import { notPushed } from './storage/refusals.ts'
import { NAMES, PORT, PROOF_LABELS, pushHostIn, selectorText } from './storage/registry-names.ts'
import type { RegistryRequest, Way } from './storage/registry-request.ts'
import { type TriedWay, unreached, WAY_WORDS } from './storage/unreached.ts'

/** A node that pods can be scheduled to. */
interface ProvedNode {
  readonly name: string
  readonly architecture: string
  readonly address: string
}

interface Proving extends RegistryPorts {
  readonly request: RegistryRequest
  readonly signal: AbortSignal
}

/** How long a push, and how long all pulls of a batch may take, in milliseconds. */
const LIMIT_MS = 90_000
const POLL_MS = 200
/** Pods that pull at once. */
const BATCH = 20

/**
 * Proves that pods can push to the registry and that each node can pull from it, by the first way
 * that works on all of them. What is known from before is not proved again. Nothing of a proof is
 * left but some hundred bytes in the nodes' own stores of images, which the kubelet removes.
 */
export async function proveWays(
  request: RegistryRequest,
  before: Installation | undefined,
  ports: RegistryPorts,
  signal: AbortSignal,
): Promise<Installation> {
  const proving: Proving = { ...ports, request, signal }
  const nodes = await schedulableNodes(proving)
  const names = nodes.map(({ name }) => name)
  const known = before !== undefined && isStillAsked(before, request) ? before : undefined
  const open = nodes.filter(({ name }) => known?.nodes.includes(name) !== true)
  if (known !== undefined && open.length === 0)
    return { ...known, nodes: known.nodes.filter((name) => names.includes(name)) }
  await removeProofs(proving)
  const random = randomBytes(4).toString('hex')
  const images = [...new Set(nodes.map(({ architecture }) => architecture))].map((one) =>
    proofImage(one, random),
  )
  try {
    ports.runner.info('> Proving that pods push to it and nodes pull from it')
    await provePush(proving, images, random)
    const tried: TriedWay[] = []
    for (const way of request.ways) {
      // A registry that is reached in another way has another name: all nodes must know that one.
      const host = await openWay(proving, way, nodes)
      const refusals = await provePulls(proving, way === known?.way ? open : nodes, { host, random, way })
      tried.push({ way, host, refusals })
      if (refusals.length > 0) continue
      ports.runner.info(`${nodesWords(nodes.length)} by ${WAY_WORDS[way]} (${host})`)
      if (way !== 'host-proxy') await closeHostProxy(proving)
      return installationOf(request, way, host, names)
    }
    await closeHostProxy(proving)
    throw new ActionError(unreached(request, tried, nodes[0]?.address ?? 'NODE'))
  } finally {
    await forget(proving, images)
  }
}

function isStillAsked(
  { way, pullHost, pushHost, hasCredentials }: Installation,
  request: RegistryRequest,
): boolean {
  const port = way === 'host-proxy' ? hostProxyPort(request.nodePort) : request.nodePort
  return (
    request.ways.includes(way) &&
    pullHost.endsWith(`:${port}`) &&
    pushHost === pushHostIn(request.namespace) &&
    hasCredentials === request.hasCredentials
  )
}

const nodesWords = (count: number): string => (count === 1 ? 'The node pulls' : `All ${count} nodes pull`)

function installationOf(
  { namespace, hasCredentials }: RegistryRequest,
  way: Way,
  pullHost: string,
  nodes: readonly string[],
): Installation {
  const pushHost = pushHostIn(namespace)
  return { namespace, service: NAMES.registry, port: PORT, pushHost, pullHost, way, nodes, hasCredentials }
}

async function schedulableNodes({ session, signal }: Proving): Promise<readonly ProvedNode[]> {
  const nodes = await session.list('Node', { labelSelector: 'kubernetes.io/os=linux' }, signal)
  const ready = nodes.filter(isUsable)
  return ready.map((node) => {
    // The fields of a node's status that say so.
    const { nodeInfo, addresses = [] } = (node['status'] ?? {}) as {
      readonly nodeInfo?: { readonly architecture?: string }
      readonly addresses?: readonly { readonly type: string; readonly address: string }[]
    }
    const address = addresses.find(({ type }) => type === 'InternalIP')?.address ?? ''
    return { name: node.metadata.name, architecture: nodeInfo?.architecture ?? 'amd64', address }
  })
}

/** A node that is down proves nothing, and one that is cordoned takes no pods. */
function isUsable(node: KubernetesObject): boolean {
  // The fields of a node that say so.
  const { spec = {}, status = {} } = node as {
    readonly spec?: { readonly unschedulable?: boolean }
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
  }
  return (
    spec.unschedulable !== true &&
    status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true
  )
}

async function provePush(
  { request, session, signal }: Proving,
  images: readonly ProofImage[],
  random: string,
): Promise<void> {
  const pod = pushProof(request, images, random)
  await session.create(pod, signal)
  const { name, namespace = '' } = pod.metadata
  const [state] = await statesOf(session, namespace, [name], pushedState, signal)
  if (state?.kind === 'proved') return
  const said = (await session.lastLines(namespace, name, signal)).split('\n').at(-1) ?? ''
  const reason = state?.kind === 'refused' ? state.reason : 'it did not come to its end in time'
  throw new ActionError(notPushed(pushHostIn(namespace), said === '' ? reason : said))
}

/** Which of the nodes do not pull by that host, and why. */
async function provePulls(
  { request, session, signal }: Proving,
  nodes: readonly ProvedNode[],
  { host, random, way }: { readonly host: string; readonly random: string; readonly way: Way },
): Promise<TriedWay['refusals']> {
  const refusals: { readonly node: string; readonly reason: string }[] = []
  for (let from = 0; from < nodes.length; from += BATCH) {
    const batch = nodes.slice(from, from + BATCH).map(({ name, architecture }, at) => ({
      node: name,
      name: `proof-pull-${random}-${way}-${from + at}`,
      image: `${host}/proof-${random}:${architecture}`,
    }))
    await Promise.all(batch.map((one) => session.create(pullProof(request, one), signal)))
    const names = batch.map(({ name }) => name)
    const states = await statesOf(session, request.namespace, names, pulledState, signal)
    for (const [at, { node }] of batch.entries()) {
      const state = states[at]
      if (state?.kind === 'refused') refusals.push({ node, reason: state.reason })
      if (state?.kind === 'waiting') refusals.push({ node, reason: `nothing within ${LIMIT_MS / 1000} s` })
    }
  }
  return refusals
}

/** What the pods have come to, in the order of their names; those that are late still wait. */
async function statesOf(
  session: ObjectSession,
  namespace: string,
  names: readonly string[],
  stateOf: (pod: Pod) => ProofState,
  signal: AbortSignal,
): Promise<readonly ProofState[]> {
  const end = session.clock.now() + LIMIT_MS
  for (;;) {
    const where = { namespace, labelSelector: selectorText(PROOF_LABELS) }
    // Every item of a list of pods is one.
    const pods = (await session.list('Pod', where, signal)) as readonly Pod[]
    const states = names.map((name): ProofState => {
      const pod = pods.find(({ metadata }) => metadata.name === name)
      return pod === undefined ? { kind: 'waiting' } : stateOf(pod)
    })
    if (states.every(({ kind }) => kind !== 'waiting') || session.clock.now() > end) return states
    await session.clock.sleep(POLL_MS, signal)
    signal.throwIfAborted()
  }
}

/** host:port by which the nodes are to pull; makes what the way needs. */
async function openWay(
  { request, session, signal, runner }: Proving,
  way: Way,
  nodes: readonly ProvedNode[],
): Promise<string> {
  const { namespace, nodePort } = request
  if (way === 'localhost') return `localhost:${nodePort}`
  if (way === 'node-address') return `${nodes[0]?.address ?? ''}:${nodePort}`
  const service = await session.read({ kind: 'Service', namespace, name: NAMES.registry }, signal)
  // A Service that has been applied has an address.
  const { clusterIP = '' } = (service?.['spec'] ?? {}) as { readonly clusterIP?: string }
  const address = `${clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP}:${PORT}`
  const applied = await session.apply(hostProxy(request, address, address), signal)
  if (applied !== 'unchanged') runner.info(`DaemonSet ${NAMES.hostProxy} ${applied}`)
  const end = session.clock.now() + LIMIT_MS
  while (session.clock.now() < end && !(await isRolledOut(session, namespace, signal)))
    await session.clock.sleep(POLL_MS, signal)
  return `localhost:${hostProxyPort(nodePort)}`
}

async function isRolledOut(session: ObjectSession, namespace: string, signal: AbortSignal): Promise<boolean> {
  const object = await session.read({ kind: 'DaemonSet', namespace, name: NAMES.hostProxy }, signal)
  // The fields of apps/v1 that say so.
  const {
    desiredNumberScheduled = 0,
    numberReady,
    updatedNumberScheduled,
  } = (object?.['status'] ?? {}) as Readonly<Record<string, number | undefined>>
  return (
    desiredNumberScheduled > 0 &&
    [numberReady, updatedNumberScheduled].every((n) => n === desiredNumberScheduled)
  )
}

/** A way that does not work, or is not asked for any more, leaves nothing behind. */
async function closeHostProxy({ request, session, signal }: Proving): Promise<void> {
  await session.remove({ kind: 'DaemonSet', namespace: request.namespace, name: NAMES.hostProxy }, signal)
}

/** Pods of this proof, and of one that was killed. */
async function removeProofs({ request, session, signal }: Proving): Promise<void> {
  const { namespace } = request
  const pods = await session.list('Pod', { namespace, labelSelector: selectorText(PROOF_LABELS) }, signal)
  await Promise.all(
    pods.map(({ metadata: { name } }) => session.remove({ kind: 'Pod', namespace, name }, signal)),
  )
}

/** Best effort: what is in the way of it is told by what follows. */
async function forget(proving: Proving, images: readonly ProofImage[]): Promise<void> {
  const { request, session, runner } = proving
  // A cancelled command has a few seconds left to clean up.
  const signal = AbortSignal.timeout(10_000)
  try {
    await removeProofs({ ...proving, signal })
    const pod = await registryPod(request.namespace, session, signal)
    if (pod === undefined) return
    const place = { namespace: request.namespace, pod: pod.metadata.name, container: 'registry' }
    await session.run(place, forgetScript(images), signal)
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    runner.warning(`What the proof has pushed could not be removed: ${error.failure.headline}`)
  }
}
