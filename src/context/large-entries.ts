import type { LargeEntry } from './context-archive.ts'
import type { SizedFile } from './context-entry.ts'

/** A context of less than this is not worth a word. */
const LARGE_BYTES = 50_000_000
const SHOWN = 5

/** A directory is named by the one in it that is nearly all of it: `web/node_modules/`, not `web/`. */
const NEARLY_ALL = 0.9

/** What most of a context of more than 50 MB is, the largest first. `total` is the size of all its files. */
export function largeEntries(files: Iterable<SizedFile>, total: number): readonly LargeEntry[] {
  if (total <= LARGE_BYTES) return []
  const below = sumsByDirectory(files, total)
  return childrenOf('', below)
    .map((entry) => heart(entry, below))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, SHOWN)
}

/** By directory (`a/b/`) and large file (`a/b/c`). Small files are counted, but never shown. */
function sumsByDirectory(files: Iterable<SizedFile>, total: number): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  const add = (path: string, bytes: number): void => void sums.set(path, (sums.get(path) ?? 0) + bytes)
  for (const { path, size } of files) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      add(path.slice(0, slash + 1), size)
    }
    if (size * 100 >= total) add(path, size)
  }
  return sums
}

function childrenOf(directory: string, sums: ReadonlyMap<string, number>): readonly LargeEntry[] {
  return [...sums]
    .filter(([path]) => path.startsWith(directory) && /^[^/]+\/?$/.test(path.slice(directory.length)))
    .map(([path, bytes]) => ({ path, bytes }))
}

function heart(entry: LargeEntry, sums: ReadonlyMap<string, number>): LargeEntry {
  if (!entry.path.endsWith('/')) return entry
  const main = childrenOf(entry.path, sums).find(({ bytes }) => bytes >= entry.bytes * NEARLY_ALL)
  return main === undefined ? entry : heart(main, sums)
}
