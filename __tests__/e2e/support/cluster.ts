import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../../..')

/** The cluster that the end-to-end tests run in: the lab, or one that a user names. */
export interface TestCluster {
  /** Content of the kubeconfig. */
  readonly kubeconfig: string
  /** host[:port][/path] of a registry that the cluster's pods and this machine reach over plain HTTP. */
  readonly registry: string
  /** Which executor the cluster has under the action's default name. */
  readonly executor: 'real' | 'stand-in'
  readonly kubectl: readonly string[]
}

/** Fields of `npm run lab -- status --json` that are used here. */
interface LabStatus {
  readonly kubeconfig: string
  readonly machine: string
  readonly registries: {
    readonly plain: string
    readonly secure: string
    readonly secureCredentials: { readonly username: string; readonly password: string }
    readonly certificate: string
  }
  readonly executor: 'real' | 'stand-in'
}

/** Of files that run side by side each worker has a lab of its own: what is left of a build is then known by the cluster. */
const LANES = process.env['HYBRID_LABS']?.split(' ')
if (LANES !== undefined) {
  process.env['HYBRID_LAB'] = LANES[Number(process.env['JEST_WORKER_ID'] ?? '1') - 1] ?? ''
}

export const cluster: TestCluster = find()

/**
 * What plays a part (the stand-in's recordings) or takes fixed names for itself
 * is for the lab only; elsewhere the name of what is skipped says so.
 */
export const inLab = process.env['HYBRID_LAB_KUBECONFIG'] === undefined
export const describeInLab = inLab ? describe : describe.skip
export const LAB_ONLY = inLab ? '' : ' (skipped: for the lab only, not for a cluster of yours)'

function find(): TestCluster {
  const { HYBRID_LAB_KUBECONFIG: path, HYBRID_LAB_REGISTRY: registry } = process.env
  if (path !== undefined) {
    if (registry === undefined) throw new Error('HYBRID_LAB_KUBECONFIG needs HYBRID_LAB_REGISTRY beside it')
    return describeCluster('real', path, registry, ['kubectl'])
  }
  // The lab's own words about itself.
  const status = JSON.parse(lab('status', '--json')) as LabStatus
  const kubernetes = lab('path', 'kubernetes').trim()
  return describeCluster(status.executor, status.kubeconfig, status.registries.plain, [kubernetes, 'kubectl'])
}

/** The lab's registry with TLS and a password; `certificate` is the path of its authority's. All empty elsewhere. */
export function secureRegistry() {
  // What is skipped is asked all the same: jest reads a file to know its tests.
  if (!inLab) return { address: '', username: '', password: '', certificate: '' }
  // The lab's own words about itself.
  const { registries } = JSON.parse(lab('status', '--json')) as LabStatus
  return {
    address: registries.secure,
    ...registries.secureCredentials,
    certificate: registries.certificate,
  }
}

/** This machine's address for pods; empty elsewhere than in the lab. */
export function machineAddress(): string {
  // The lab's own words about itself.
  return inLab ? (JSON.parse(lab('status', '--json')) as LabStatus).machine : ''
}

function describeCluster(
  executor: TestCluster['executor'],
  path: string,
  registry: string,
  kubectl: readonly string[],
): TestCluster {
  return {
    kubeconfig: readFileSync(path, 'utf8'),
    registry,
    executor,
    kubectl: [...kubectl, '--kubeconfig', path],
  }
}

/** Runs a command of the lab and returns what it prints. */
export function lab(...words: readonly string[]): string {
  return execFileSync(process.execPath, [join(ROOT, 'lab/main.ts'), ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    // jest's own options are not for the lab's process.
    env: { ...process.env, NODE_OPTIONS: '' },
  })
}

/** Runs kubectl in the cluster; throws if it fails. */
export function kubectl(...words: readonly string[]): string {
  const [program = '', ...first] = cluster.kubectl
  return execFileSync(program, [...first, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Creates the objects, or changes them to this; throws if the cluster does not take them. */
export function apply(...objects: readonly object[]): void {
  const [program = '', ...first] = cluster.kubectl
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
  execFileSync(program, [...first, 'apply', '-f', '-'], { input, stdio: ['pipe', 'ignore', 'pipe'] })
}

/** A volume of the node's folder `path`, to be read by many, and the claim that has it. */
export function applyVolume(path: string, name: string, claim: { name: string; namespace: string }): void {
  const spec = { accessModes: ['ReadOnlyMany'], storageClassName: name, volumeMode: 'Filesystem' }
  apply(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: { ...spec, capacity: { storage: '1Mi' }, hostPath: { path } },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: claim,
      spec: { ...spec, resources: { requests: { storage: '1Mi' } } },
    },
  )
}

/** What kubectl gets, as JSON. */
export function get(...words: readonly string[]): unknown {
  return JSON.parse(kubectl('get', ...words, '-o', 'json'))
}

/** `kind namespace/name` of every object of ours, in all namespaces; those on their way out count too. */
export function ours(): readonly string[] {
  const kinds = 'namespaces,jobs,pods,configmaps,serviceaccounts,secrets'
  const listing = get(kinds, '-A', '-l', 'app.kubernetes.io/managed-by=hybrid-kubernetes-build') as {
    readonly items: readonly {
      readonly kind: string
      readonly metadata: { readonly name: string; readonly namespace?: string }
    }[]
  }
  return listing.items.map(
    ({ kind, metadata }) =>
      `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`,
  )
}

/**
 * Waits until nothing of ours is left in a namespace, nor the namespace if it is one of ours. Undefined: the
 * build did not come so far.
 */
export async function nothingLeftIn(namespace: string | undefined): Promise<void> {
  if (namespace === undefined) return
  const isThere = (object: string): boolean =>
    object === `Namespace ${namespace}` || object.includes(` ${namespace}/`)
  await eventually(`nothing of ours is left in ${namespace}`, 60, () => !ours().some(isThere))
}

/** Asks again until `isTrue` or `seconds` have passed; says what it waited for. */
export async function eventually(what: string, seconds: number, isTrue: () => boolean): Promise<void> {
  const end = performance.now() + seconds * 1000
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`not so after ${seconds} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
