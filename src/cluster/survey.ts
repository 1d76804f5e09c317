import type { Node } from '../kubernetes/objects.ts'
import type { Api } from './api.ts'
import { ApiError } from './api-error.ts'
import type { ClusterFacts, NodeFacts } from './cluster-session.ts'
import { isRecord, parseList, parseObject } from './json.ts'
import { FIRST_CONTACT } from './retry.ts'

/** A list of nodes is nice to have: it is tried once, and a build waits no longer for it. In milliseconds. */
const NODES_MS = 3_000

/** The same for one node, whose architecture is only told. */
const NODE_MS = 2_000

const ONE_TRY = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0, totalMs: 0 }

/** For the first answer of all, in milliseconds, once there is a connection: the transport gives one up sooner that does not come about. */
const VERSION_MS = 20_000

const NODES_PATH = '/api/v1/nodes'

/** One page: in a larger cluster the first 500 nodes speak for all. */
const NODES = '500'

/** What the cluster is: its version and, where nodes may be read, what they can do. Throws as `Api.call` does. */
export async function surveyCluster(api: Api, signal: AbortSignal): Promise<ClusterFacts> {
  const [version, nodes] = await Promise.all([readVersion(api, signal), readNodes(api, signal)])
  const candidates = nodes?.items.filter(isCandidate)
  return {
    serverTime: version.date ?? new Date(),
    kubernetesVersion: version.gitVersion,
    server: api.server,
    userNamespaces: candidates === undefined ? undefined : allRunUserNamespaces(candidates),
    architectures: candidates === undefined ? undefined : architectures(candidates),
    nodes: nodes?.areAll === true ? nodes.items.filter(isLinux).map(nodeFacts) : undefined,
  }
}

/** A page of nodes, and whether there is no further one. */
interface Nodes {
  readonly items: readonly Node[]
  readonly areAll: boolean
}

interface Version {
  readonly gitVersion: string | undefined
  readonly date: Date | undefined
}

async function readVersion(api: Api, signal: AbortSignal): Promise<Version> {
  const answer = await api.call(
    { method: 'GET', path: '/version', retry: FIRST_CONTACT, timeoutMs: VERSION_MS },
    signal,
  )
  const version = isRecord(answer.body) ? answer.body['gitVersion'] : undefined
  return { gitVersion: typeof version === 'string' ? version : undefined, date: answer.date }
}

/** Undefined where they may not be read, or not in time. */
async function readNodes(api: Api, signal: AbortSignal): Promise<Nodes | undefined> {
  try {
    const { body } = await api.call(
      { method: 'GET', path: NODES_PATH, query: { limit: NODES }, retry: ONE_TRY, timeoutMs: NODES_MS },
      signal,
    )
    const { items, areAll } = parseList(body)
    return { items, areAll }
  } catch (error) {
    // The version's request tells what is wrong with the connection or the credentials.
    if (error instanceof ApiError && error.status !== 401) return undefined
    signal.throwIfAborted()
    return undefined
  }
}

/** What a node is made of, as in `arm64`; undefined where it may not be read, or not in time. Never throws. */
export async function readArchitecture(
  api: Api,
  node: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  // Credentials included: nobody waits longer for one word of the summary.
  const within = AbortSignal.any([signal, AbortSignal.timeout(NODE_MS)])
  try {
    const path = `${NODES_PATH}/${encodeURIComponent(node)}`
    const { body } = await api.call({ method: 'GET', path, retry: ONE_TRY, timeoutMs: NODE_MS }, within)
    const found: Node = parseObject(body)
    return found.status?.nodeInfo?.architecture
  } catch {
    return undefined
  }
}

function isCandidate(node: Node): boolean {
  return node.spec?.unschedulable !== true && isLinux(node)
}

const isLinux = ({ status }: Node): boolean => (status?.nodeInfo?.operatingSystem ?? 'linux') === 'linux'

function nodeFacts({ metadata, spec, status }: Node): NodeFacts {
  return {
    name: metadata.name,
    labels: metadata.labels ?? {},
    taints: spec?.taints ?? [],
    allocatable: status?.allocatable ?? {},
  }
}

/** Pods run by the default handler, the one without a name. */
function allRunUserNamespaces(nodes: readonly Node[]): boolean {
  return (
    nodes.length > 0 &&
    nodes.every((node) => {
      const handlers = node.status?.runtimeHandlers ?? []
      const ours = handlers.find(({ name }) => name === undefined || name === '')
      return ours?.features?.userNamespaces === true
    })
  )
}

function architectures(nodes: readonly Node[]): ReadonlyMap<string, string> {
  return new Map(
    nodes.flatMap((node) => {
      const architecture = node.status?.nodeInfo?.architecture
      return architecture === undefined ? [] : [[node.metadata.name, architecture] as const]
    }),
  )
}
