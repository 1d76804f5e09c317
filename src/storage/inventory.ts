import { DATA } from './registry-names.ts'

/** What a registry holds, as the files of its volume say it. */
export interface Inventory {
  /** Of all images together, each layer once. */
  readonly usedBytes: number
  /** By name. */
  readonly repositories: readonly Repository[]
  /** Digests of the images in an index, by its own: they have no tags, and are needed all the same. */
  readonly children: ReadonlyMap<string, ReadonlySet<string>>
  /** The registry's clock, in seconds since 1970. */
  readonly now: number
}

export interface Repository {
  readonly name: string
  readonly tags: readonly Tag[]
  /** Of the manifests it has, tagged or not, with the seconds since 1970 at which each was pushed first. */
  readonly manifests: ReadonlyMap<string, number>
}

export interface Tag {
  readonly tag: string
  /** `sha256:…` */
  readonly digest: string
  /** When it was pushed last, in seconds since 1970. */
  readonly pushedAt: number
}

/**
 * Lists the registry's volume. Its HTTP API tells neither when an image was pushed nor what is
 * there without a tag. Layout: distribution's registry/storage/paths.go.
 */
export const INVENTORY_SCRIPT = [
  `cd ${DATA} || exit 1`,
  'echo "now $(date +%s)"',
  'mkdir -p docker/registry/v2/repositories',
  'echo "used $(du -sk docker | cut -f 1)"',
  'cd docker/registry/v2/repositories',
  "find . -path '*/_manifests/*' -name link -exec stat -c 'time %Y %n' {} +",
  // Two files at least: of a single one grep does not tell the name.
  "find . -path '*/_manifests/tags/*/current/link' -exec grep . /dev/null {} + | sed 's/^/tag /'",
  // Manifests that name other ones.
  "find . -path '*/_manifests/revisions/sha256/*/link' | sed 's#.*/sha256/\\(..\\)\\([0-9a-f]*\\)/link#../blobs/sha256/\\1/\\1\\2/data#' | sort -u | xargs -r grep -l '\"manifests\"' 2>/dev/null | xargs -r grep -o 'sha256:[0-9a-f]\\{64\\}' /dev/null | sed 's/^/index /'",
  'true',
].join('\n')

const REVISION = /^time (\d+) \.\/(.+)\/_manifests\/revisions\/sha256\/([0-9a-f]{64})\/link$/
const CURRENT = /^time (\d+) \.\/(.+)\/_manifests\/tags\/([\w.-]+)\/current\/link$/
const TAG = /^tag \.\/(.+)\/_manifests\/tags\/([\w.-]+)\/current\/link:(sha256:[0-9a-f]{64})$/
const INDEX = /^index \.\.\/blobs\/sha256\/[0-9a-f]{2}\/([0-9a-f]{64})\/data:(sha256:[0-9a-f]{64})$/

/** Reads what the script prints; lines of any other form are passed over. */
export function parseInventory(text: string): Inventory {
  const manifests = new Map<string, Map<string, number>>()
  const times = new Map<string, number>()
  const tags = new Map<string, Tag[]>()
  const children = new Map<string, Set<string>>()
  let [now, usedBytes] = [0, 0]
  for (const line of text.split('\n')) {
    const [, seconds = '', name = '', hex = ''] = REVISION.exec(line) ?? []
    if (hex !== '') at(manifests, name, () => new Map<string, number>()).set(`sha256:${hex}`, Number(seconds))
    const [, pushed = '', repository = '', tag = ''] = CURRENT.exec(line) ?? []
    if (tag !== '') times.set(`${repository}:${tag}`, Number(pushed))
    const [, owner = '', named = '', digest = ''] = TAG.exec(line) ?? []
    if (digest !== '')
      at(tags, owner, () => []).push({ tag: named, digest, pushedAt: times.get(`${owner}:${named}`) ?? 0 })
    const [, index = '', child = ''] = INDEX.exec(line) ?? []
    if (child !== '') at(children, `sha256:${index}`, () => new Set<string>()).add(child)
    const [word, value] = line.split(' ')
    if (word === 'now') now = Number(value)
    if (word === 'used') usedBytes = Number(value) * 1024
  }
  const names = [...new Set([...manifests.keys(), ...tags.keys()])].toSorted()
  return {
    now,
    usedBytes,
    children,
    repositories: names.map((name) => ({
      name,
      tags: (tags.get(name) ?? []).toSorted((one, other) => other.pushedAt - one.pushedAt),
      manifests: manifests.get(name) ?? new Map<string, number>(),
    })),
  }
}

function at<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
