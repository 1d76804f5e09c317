import { posix } from 'node:path'

import { copySources } from '../progress/copy-sources.ts'
import type { Dockerfile } from '../progress/dockerfile.ts'
import type { MissingSource } from './context-archive.ts'
import type { ContextEntry } from './context-entry.ts'

/** What was packed of a context. */
export interface PackedTree {
  readonly entries: Iterable<ContextEntry>
  /** Whether the context has this path, which was not packed. */
  readonly has: (path: string) => Promise<boolean>
  /** The ignore file, as messages name it. */
  readonly ignoreFile: string | undefined
}

/** What the Dockerfile copies and is not among what was packed. Nothing is said of what only the builder can know. */
export async function missingSources(
  dockerfile: Dockerfile,
  tree: PackedTree,
): Promise<readonly MissingSource[]> {
  const wanted = copySources(dockerfile).flatMap(({ source, instruction }) => {
    const path = pathInContext(source)
    return path === undefined ? [] : [{ source, path, place: instruction.place }]
  })
  const there = found(
    wanted.map(({ path }) => path),
    tree.entries,
  )
  const missing: MissingSource[] = []
  for (const { source, path, place } of wanted) {
    if (there.has(path)) continue
    missing.push({ source, place, ignoredBy: (await tree.has(path)) ? tree.ignoreFile : undefined })
  }
  return missing
}

/** Which of the paths are there, or lead through a link, of which nothing is known. */
function found(paths: readonly string[], entries: Iterable<ContextEntry>): ReadonlySet<string> {
  const there = new Set<string>()
  if (paths.length === 0) return there
  for (const entry of entries) {
    for (const path of paths) if (answers(entry, path)) there.add(path)
  }
  return there
}

function answers(entry: ContextEntry, path: string): boolean {
  // Also a directory of which only the contents were packed.
  if (entry.path.startsWith(path) && (entry.path.length === path.length || entry.path[path.length] === '/'))
    return true
  return entry.kind === 'symlink' && path.startsWith(`${entry.path}/`)
}

/** Relative to the context's root; undefined for the root itself, and for what leads out of it. */
function pathInContext(source: string): string | undefined {
  const path = posix.normalize(source.replace(/^\/+/, '')).replace(/\/+$/, '')
  return path === '.' || path === '' || path === '..' || path.startsWith('../') ? undefined : path
}
