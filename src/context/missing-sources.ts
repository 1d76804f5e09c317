import { lstat } from 'node:fs/promises'
import { join, posix } from 'node:path'

import { copySources } from '../progress/copy-sources.ts'
import type { Dockerfile } from '../progress/dockerfile.ts'
import type { MissingSource } from './context-archive.ts'
import type { ContextEntry } from './context-entry.ts'

/** What was packed of a context, and where from. */
export interface PackedTree {
  /** Absolute. */
  readonly root: string
  readonly entries: readonly ContextEntry[]
  /** The ignore file, as messages name it. */
  readonly ignoreFile: string | undefined
}

/** What the Dockerfile copies and is not among what was packed. Nothing is said of what only the builder can know. */
export async function missingSources(
  dockerfile: Dockerfile,
  tree: PackedTree,
): Promise<readonly MissingSource[]> {
  const sources = copySources(dockerfile)
  if (sources.length === 0) return []
  const paths = new Set(tree.entries.map(({ path }) => path))
  const links = new Set(tree.entries.filter(({ kind }) => kind === 'symlink').map(({ path }) => path))
  const missing: MissingSource[] = []
  for (const { source, instruction } of sources) {
    const path = pathInContext(source)
    if (path === undefined || isThere(path, paths) || leadsThroughLink(path, links)) continue
    const onDisk = await lstat(join(tree.root, path)).catch(() => undefined)
    missing.push({
      source,
      place: instruction.place,
      ignoredBy: onDisk === undefined ? undefined : tree.ignoreFile,
    })
  }
  return missing
}

/** Relative to the context's root; undefined for the root itself, and for what leads out of it. */
function pathInContext(source: string): string | undefined {
  const path = posix.normalize(source.replace(/^\/+/, '')).replace(/\/+$/, '')
  return path === '.' || path === '' || path === '..' || path.startsWith('../') ? undefined : path
}

/** Also a directory of which only the contents were packed. */
function isThere(path: string, paths: ReadonlySet<string>): boolean {
  if (paths.has(path)) return true
  for (const one of paths) if (one.startsWith(`${path}/`)) return true
  return false
}

function leadsThroughLink(path: string, links: ReadonlySet<string>): boolean {
  const parts = path.split('/')
  return parts.some((_, at) => links.has(parts.slice(0, at + 1).join('/')))
}
