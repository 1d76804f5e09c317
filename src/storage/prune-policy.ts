import type { Inventory, Repository, Tag } from './inventory.ts'

/** What may go. */
export interface PrunePolicy {
  /** How many tags of each repository stay at least, the newest; undefined: all that are not too old. */
  readonly keep: number | undefined
  /** In seconds; undefined: however old they are. */
  readonly olderThan: number | undefined
}

/** What is to be forgotten; the layers that nothing needs then go with the garbage. */
export interface Pruning {
  readonly tags: readonly { readonly repository: string; readonly tag: string; readonly digest: string }[]
  /** Manifests that no tag names. */
  readonly manifests: readonly { readonly repository: string; readonly digest: string }[]
  /** Tags and manifests that would go, if no pod or workload of the cluster had their image. */
  readonly inUse: readonly string[]
}

/** A push sends a manifest before its tag, and an index after its images; in seconds. */
const YOUNG = 24 * 3600

/** Layers of a cache are used for a day by default (`cache-ttl`), and of no use after it; in seconds. */
const CACHE_LIFE = 14 * 24 * 3600

/**
 * Decides what goes. A tag goes when it is neither among the newest `keep` nor younger than
 * `olderThan`; without a policy no image's tag does. Manifests without a tag go after a day, and
 * layers of a cache (`…/cache`) after two weeks. What runs stays: `inUse` are the digests and
 * `repository:tag` of the images that the cluster's workloads name.
 */
export function planPruning(inventory: Inventory, policy: PrunePolicy, inUse: ReadonlySet<string>): Pruning {
  const needed = withChildren(inUse, inventory.children)
  const plans = inventory.repositories.map((repository) => pruneOne(repository, inventory, policy, needed))
  return {
    tags: plans.flatMap(({ tags }) => tags),
    manifests: plans.flatMap(({ manifests }) => manifests),
    inUse: plans.flatMap((plan) => plan.inUse),
  }
}

function pruneOne(
  { name, tags, manifests }: Repository,
  { now, children }: Inventory,
  policy: PrunePolicy,
  inUse: ReadonlySet<string>,
): Pruning {
  const isUsed = ({ tag, digest }: Tag): boolean => inUse.has(digest) || inUse.has(`${name}:${tag}`)
  const old = tags.filter((tag, at) => isOld(name, tag, at, now, policy))
  const going = old.filter((tag) => !isUsed(tag))
  const tagged = tags.filter((tag) => !going.includes(tag)).map(({ digest }) => digest)
  const staying = withChildren(new Set(tagged), children)
  // One that loses its tag here is no push that has just begun.
  const untagged = withChildren(new Set(going.map(({ digest }) => digest)), children)
  const loose = [...manifests].filter(
    ([digest, pushedAt]) => !staying.has(digest) && (untagged.has(digest) || now - pushedAt > YOUNG),
  )
  const forgotten = loose.filter(([digest]) => !inUse.has(digest))
  return {
    tags: going.map(({ tag, digest }) => ({ repository: name, tag, digest })),
    manifests: forgotten.map(([digest]) => ({ repository: name, digest })),
    inUse: [
      ...old.filter(isUsed).map(({ tag }) => `${name}:${tag}`),
      ...loose.filter(([digest]) => inUse.has(digest)).map(([digest]) => `${name}@${digest}`),
    ],
  }
}

/** With the images of each index, which have no tags of their own. */
function withChildren(digests: ReadonlySet<string>, children: Inventory['children']): ReadonlySet<string> {
  return new Set([...digests].flatMap((digest) => [digest, ...(children.get(digest) ?? [])]))
}

function isOld(
  name: string,
  { pushedAt }: Tag,
  at: number,
  now: number,
  { keep, olderThan }: PrunePolicy,
): boolean {
  const age = now - pushedAt
  if (name === 'cache' || name.endsWith('/cache')) return age > (olderThan ?? CACHE_LIFE)
  if (keep === undefined && olderThan === undefined) return false
  return at >= (keep ?? 0) && age > (olderThan ?? 0)
}

/** The lines of the file that the registry reads before it collects its garbage: paths below its repositories. */
export function collectLines({ tags, manifests }: Pruning): readonly string[] {
  return [
    ...tags.map(({ repository, tag }) => `${repository}/_manifests/tags/${tag}`),
    ...manifests.map(
      ({ repository, digest }) => `${repository}/_manifests/revisions/${digest.replace(':', '/')}`,
    ),
  ]
}
