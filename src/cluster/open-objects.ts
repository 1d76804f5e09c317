import { systemClock } from '../clock.ts'
import { ActionError } from '../failure/failure.ts'
import type { KubernetesObject } from '../kubernetes/objects.ts'
import { unlessAborted } from './aborted.ts'
import { type Api, apiOver } from './api.ts'
import { ApiError } from './api-error.ts'
import type { ContainerChannel } from './container-channel.ts'
import { credentialsOf } from './credentials.ts'
import { explained } from './explain-error.ts'
import { parseList, parseObject } from './json.ts'
import type { ClusterConfig } from './kubeconfig.ts'
import {
  COLLECTIONS,
  type ExecPlace,
  type ListedWhere,
  type ObjectAddress,
  type ObjectKind,
  type ObjectSession,
} from './object-session.ts'
import { execOf, logOf } from './paths.ts'
import { deleteObject } from './remove.ts'
import { DURING_BUILD, FIRST_CONTACT, type Patience } from './retry.ts'
import { openTransport } from './transport.ts'

const ORDINARY: Patience = { clock: systemClock, random: Math.random }

/** By what name the cluster remembers whose a field is. */
const FIELD_MANAGER = 'hybrid-kubernetes-build'

/** What a script may print; an inventory of a hundred thousand images is some 30 MB. */
const MAX_PRINTED = 256 << 20

/** The port's adapter to a real API server. Opening it sends nothing yet. */
export function openObjectSession(config: ClusterConfig, patience: Patience = ORDINARY): ObjectSession {
  const transport = openTransport(config.server, config.proxy)
  const api = apiOver(transport, credentialsOf(config, patience.clock), config.server, patience)
  const read = (address: ObjectAddress, signal: AbortSignal): Promise<KubernetesObject | undefined> =>
    inWords(`reading ${named(address)}`, api, () => readObject(api, address, signal))
  return {
    clock: patience.clock,
    async apply(object, signal) {
      const address = addressOf(object)
      const before = await read(address, signal)
      const after = await inWords(`applying ${named(address)}`, api, async () => {
        const query = { fieldManager: FIELD_MANAGER, force: 'true' }
        const path = pathOf(address)
        const patch = { method: 'PATCH', path, query, body: object, retry: DURING_BUILD } as const
        return parseObject((await api.call(patch, signal)).body)
      })
      if (before === undefined) return 'created'
      return versionOf(before) === versionOf(after) ? 'unchanged' : 'changed'
    },
    async create(object, signal) {
      const address = addressOf(object)
      const path = collectionPath(address.kind, address.namespace)
      await inWords(`creating ${named(address)}`, api, async () => {
        try {
          await api.call({ method: 'POST', path, body: object, retry: DURING_BUILD }, signal)
        } catch (error) {
          // The answer to the first attempt was lost: names end at random.
          if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error
        }
      })
    },
    read,
    list: (kind, where, signal) =>
      inWords(`listing ${COLLECTIONS[kind][1]}`, api, () => listAll(api, kind, where, signal)),
    remove: (address, signal) =>
      inWords(`removing ${named(address)}`, api, () => removeObject(api, address, signal)),
    run: (place, script, signal) =>
      inWords(`executing something in pod "${place.pod}" in namespace "${place.namespace}"`, api, () =>
        runScript(api, place, script, signal),
      ),
    lastLines: (namespace, pod, signal) => lastLines(api, namespace, pod, signal),
    close: () => transport.close(),
  }
}

async function inWords<T>(doing: string, api: Api, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw explained(error, doing, api.server)
  }
}

function addressOf({ kind, metadata }: KubernetesObject): ObjectAddress {
  if (!Object.hasOwn(COLLECTIONS, kind)) throw new Error(`an installation may not hold a ${kind}`)
  // Just checked against the same list.
  return { kind: kind as ObjectKind, namespace: metadata.namespace ?? '', name: metadata.name }
}

function collectionPath(kind: ObjectKind, namespace: string): string {
  const [before, behind] = COLLECTIONS[kind]
  return namespace === ''
    ? `${before}/${behind}`
    : `${before}/namespaces/${encodeURIComponent(namespace)}/${behind}`
}

const pathOf = ({ kind, namespace, name }: ObjectAddress): string =>
  `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`

const named = ({ kind, namespace, name }: ObjectAddress): string =>
  namespace === '' ? `${kind} "${name}"` : `${kind} "${name}" in namespace "${namespace}"`

/** Of what somebody wants of it, where the cluster counts that apart from what it has become. */
function versionOf({ metadata }: KubernetesObject): string {
  const generation: unknown = Reflect.get(metadata, 'generation')
  return typeof generation === 'number' ? `generation ${generation}` : (metadata.resourceVersion ?? '')
}

async function readObject(
  api: Api,
  address: ObjectAddress,
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  try {
    const get = { method: 'GET', path: pathOf(address), retry: FIRST_CONTACT } as const
    return parseObject((await api.call(get, signal)).body)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

async function listAll(
  api: Api,
  kind: ObjectKind,
  { namespace = '', labelSelector }: ListedWhere,
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const all: KubernetesObject[] = []
  let more: string | undefined
  do {
    const query = { labelSelector, limit: '500', continue: more }
    const path = collectionPath(kind, namespace)
    const { body } = await api.call({ method: 'GET', path, query, retry: FIRST_CONTACT }, signal)
    const list = parseList(body)
    all.push(...list.items)
    more = list.next
  } while (more !== undefined)
  return all
}

async function removeObject(api: Api, address: ObjectAddress, signal: AbortSignal): Promise<void> {
  const there = await readObject(api, address, signal)
  if (there?.metadata.uid === undefined) return
  await deleteObject(api, pathOf(address), { uid: there.metadata.uid }, signal)
}

async function runScript(
  api: Api,
  { namespace, pod, container }: ExecPlace,
  script: string,
  signal: AbortSignal,
): Promise<string> {
  const printed = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  let size = 0
  const query = { container, command: ['sh', '-c', script], stdout: 'true', stderr: 'true' }
  let channel: ContainerChannel | undefined
  try {
    channel = await api.exec(
      execOf(namespace, pod),
      query,
      (stream, data) => {
        size += data.length
        if (size <= MAX_PRINTED) printed[stream].push(data)
      },
      signal,
    )
    const end = await unlessAborted(channel.ended, signal)
    if (end.kind === 'status' && end.succeeded && size <= MAX_PRINTED)
      return Buffer.concat(printed.stdout).toString('utf8')
    const said = Buffer.concat(printed.stderr).toString('utf8').trim().split('\n').at(-1) ?? ''
    const why = end.kind === 'cut' ? end.reason : size > MAX_PRINTED ? 'it printed too much' : end.message
    throw notRun(pod, said === '' ? why : said)
  } finally {
    channel?.terminate()
  }
}

function notRun(pod: string, why: string): ActionError {
  return new ActionError({
    code: 'registry-not-ready',
    headline: `What was to be done in pod "${pod}" failed: ${why}.`,
    details: [],
    cures: ['run it again; the pod may have been restarted meanwhile'],
  })
}

const LINES = 5

async function lastLines(api: Api, namespace: string, pod: string, signal: AbortSignal): Promise<string> {
  try {
    const body = await api.stream(logOf(namespace, pod), { tailLines: String(LINES) }, signal)
    const chunks: Buffer[] = []
    for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk)
    return Buffer.concat(chunks).toString('utf8').trim()
  } catch {
    signal.throwIfAborted()
    return ''
  }
}
