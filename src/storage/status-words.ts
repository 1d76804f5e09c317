import { amountOf } from '../request/quantity.ts'
import type { Inventory } from './inventory.ts'
import type { Installation } from './proved-ways.ts'
import type { RegistryStorage } from './registry-request.ts'
import { WAY_WORDS } from './unreached.ts'

/** What is known of an installation. */
export interface RegistryStatus {
  readonly namespace: string
  readonly image: string
  readonly isReady: boolean
  /** Undefined: nothing has been proved yet. */
  readonly installation: Installation | undefined
  /** Nodes that have come since, or were away. */
  readonly unprovedNodes: readonly string[]
  readonly storage: Pick<RegistryStorage, 'kind' | 'size'>
  /** Undefined: it does not serve. */
  readonly inventory: Inventory | undefined
}

/** For people. */
export function statusLines(status: RegistryStatus): readonly string[] {
  const { namespace, image, isReady, installation, unprovedNodes, inventory } = status
  const row = (name: string, value: string): string => `${name.padEnd(12)} ${value}`
  return [
    row('registry', `${isReady ? 'serves' : 'does not serve'} (${image}, namespace ${namespace})`),
    ...(installation === undefined
      ? [row('proved', 'nothing yet: run hybrid-build registry install again')]
      : [
          row('push', `${installation.pushHost} (pods)`),
          row('pull', `${installation.pullHost} (${WAY_WORDS[installation.way]})`),
          row('credentials', installation.hasCredentials ? 'asked for' : 'none: who reaches it can push'),
          row('nodes', nodesText(installation.nodes, unprovedNodes)),
        ]),
    row('storage', storageText(status)),
    ...(inventory === undefined ? [] : ['', ...repositoryLines(inventory)]),
  ]
}

function nodesText(proved: readonly string[], unproved: readonly string[]): string {
  const missing = unproved.length === 0 ? '' : `; not proved: ${unproved.join(', ')} (install again)`
  return `${proved.length === 0 ? 'none' : proved.join(', ')} pull${missing}`
}

/** From here on a build's push may soon be refused; a share of one. */
const NEARLY_FULL = 0.8

function storageText({ storage, inventory }: RegistryStatus): string {
  const what = storage.kind === 'claim' ? 'claim' : 'a folder of the node, which goes with the pod'
  if (inventory === undefined) return `${storage.size} (${what})`
  const full = sizeInBytes(storage.size)
  const share = full === 0 ? '' : ` (${((inventory.usedBytes / full) * 100).toFixed(0)} %)`
  const cure =
    full > 0 && inventory.usedBytes / full > NEARLY_FULL ? '; prune it: hybrid-build registry prune' : ''
  return `${bytesText(inventory.usedBytes)} of ${storage.size}${share}, ${what}${cure}`
}

const sizeInBytes = (size: string): number => Number((amountOf(size) ?? 0n) / 1_000_000_000n)

/** Tags of a repository that are shown. */
const SHOWN = 10

function repositoryLines({ repositories, now }: Inventory): readonly string[] {
  const shown = repositories.filter(({ tags }) => tags.length > 0)
  if (shown.length === 0) return ['It holds no images.']
  return shown.flatMap(({ name, tags }) => [
    `${name}  ${tags.length === 1 ? '1 tag' : `${tags.length} tags`}`,
    ...tags
      .slice(0, SHOWN)
      .map(
        ({ tag, digest, pushedAt }) =>
          `  ${tag.slice(0, 40).padEnd(40)} ${digest.slice(0, 19)}  ${ageText(now - pushedAt)}`,
      ),
    ...(tags.length > SHOWN ? [`  and ${tags.length - SHOWN} older ones`] : []),
  ])
}

export function ageText(seconds: number): string {
  if (seconds < 3600) return `${Math.max(0, Math.floor(seconds / 60))} min ago`
  return seconds < 48 * 3600
    ? `${Math.floor(seconds / 3600)} h ago`
    : `${Math.floor(seconds / 86_400)} days ago`
}

export function bytesText(bytes: number): string {
  const [unit, size] = [
    ['GiB', 1 << 30],
    ['MiB', 1 << 20],
    ['KiB', 1 << 10],
  ].find(([, least]) => bytes >= Number(least)) ?? ['bytes', 1]
  const amount = bytes / Number(size)
  return `${amount >= 100 || size === 1 ? amount.toFixed(0) : amount.toFixed(1)} ${unit}`
}

/** For programs; names are stable, times are RFC 3339. */
export function statusJson(status: RegistryStatus): string {
  const { installation, inventory, storage } = status
  return JSON.stringify({
    namespace: status.namespace,
    image: status.image,
    ready: status.isReady,
    'push-host': installation?.pushHost ?? null,
    'pull-host': installation?.pullHost ?? null,
    way: installation?.way ?? null,
    credentials: installation?.hasCredentials ?? null,
    nodes: { proved: installation?.nodes ?? [], unproved: status.unprovedNodes },
    storage: {
      kind: storage.kind,
      size: sizeInBytes(storage.size),
      used: inventory?.usedBytes ?? null,
    },
    repositories: (inventory?.repositories ?? []).map(({ name, tags }) => ({
      name,
      tags: tags.map(({ tag, digest, pushedAt }) => ({
        tag,
        digest,
        pushed: new Date(pushedAt * 1000).toISOString(),
      })),
    })),
  })
}

/** What to write into a workflow now. */
export function useLines({ pullHost, pushHost, hasCredentials }: Installation): readonly string[] {
  return [
    `Build into it with \`registry: in-cluster\` and tags without a registry (\`tags: app:1\`), which pods push to ${pushHost}.`,
    `Deploy the output \`pull-image\`: ${pullHost}/app@sha256:…`,
    ...(hasCredentials
      ? ['It asks for credentials: docs/in-cluster-registry.md says how builds and Deployments get them.']
      : [
          'Whoever reaches a node’s port or the Service can push: docs/in-cluster-registry.md says what to do about that.',
        ]),
  ]
}
