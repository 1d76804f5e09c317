import { OWN_FOLDER } from '../request/context-folders.ts'
import type { ArchiveEntry, ContextEntry, FileEntry, SizedFile, StreamedEntry } from './context-entry.ts'
import { broken, quoted } from './context-problem.ts'

/** A file that is one, wherever its content comes from. */
type AnyFile = FileEntry | StreamedEntry

export interface Layout {
  /** What stands behind the tree, in place of what has the same path there: so that an archive cut short cannot build. */
  readonly last: readonly ArchiveEntry[]
  /** Where the Dockerfile is. */
  readonly dockerfile: string
}

/** The Dockerfile, and where in the tree it stands; undefined: nowhere. */
export interface DockerfileInTree {
  readonly file: AnyFile
  readonly inContext: string | undefined
}

/**
 * Puts the Dockerfile behind the tree: at its own place if that is all there
 * is to do, else in a folder of ours, with an ignore file that hides the folder.
 *
 * That ignore file also hides the user's from Kaniko, which would apply it once
 * more to what is packed, by an older rule that looks at one parent only: with
 * `*` and an exception for `src` at any depth it drops `x/a/src/b` from a COPY, and builds without it.
 * And a Dockerfile that the user's ignore file leaves out is then where BuildKit
 * has it: with the builder, and not in what COPY sees.
 */
export function arrange(
  tree: Iterable<ContextEntry>,
  { file, inContext }: DockerfileInTree,
  isAside: boolean,
): Layout {
  if (inContext !== undefined && !isAside)
    return { last: [{ ...file, path: inContext }], dockerfile: inContext }
  if (hasOwnFolder(tree))
    throw broken(
      `The build context cannot be packed: this action needs the name ${quoted(OWN_FOLDER)} in it.`,
      ['rename it, or name it in .dockerignore'],
    )
  const path = `${OWN_FOLDER}/Dockerfile`
  return {
    last: [
      { kind: 'directory', path: OWN_FOLDER, mode: 0o755 },
      { kind: 'text', path: `${path}.dockerignore`, text: `${OWN_FOLDER}\n` },
      { ...file, path, mode: 0o644 },
    ],
    dockerfile: path,
  }
}

/** The tree and what else is packed, without what is in `last`, and then that. */
export function withLast(
  tree: Iterable<ContextEntry>,
  others: Iterable<ContextEntry>,
  last: readonly ArchiveEntry[],
): Iterable<ArchiveEntry> {
  const isLast = ({ path }: ContextEntry): boolean => last.some((entry) => entry.path === path)
  function* entries(): Generator<ArchiveEntry, undefined, undefined> {
    for (const entry of tree) if (!isLast(entry)) yield entry
    for (const entry of others) if (!isLast(entry)) yield entry
    yield* last
    return undefined
  }
  return { [Symbol.iterator]: entries }
}

/** Tars need not name the folders of their files. */
function hasOwnFolder(tree: Iterable<ContextEntry>): boolean {
  for (const { path } of tree) if (path === OWN_FOLDER || path.startsWith(`${OWN_FOLDER}/`)) return true
  return false
}

/** What of the archive is the user's: its files, each once. */
export function* usersFiles(
  tree: Iterable<ContextEntry>,
  { file, inContext }: DockerfileInTree,
): Generator<SizedFile, void, undefined> {
  let isInTree = false
  for (const entry of tree) {
    if (entry.kind !== 'file') continue
    isInTree ||= entry.path === inContext
    yield entry
  }
  if (!isInTree) yield file
}
