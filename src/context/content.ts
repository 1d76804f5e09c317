import type { ContextEntry, SizedFile } from './context-entry.ts'
import { type DockerfileInTree, usersFiles } from './layout.ts'

/** What a context is, in numbers. */
export interface Content {
  /** Each of the user's files once. */
  readonly files: Iterable<SizedFile>
  readonly count: number
  /** Before compression. */
  readonly bytes: number
  readonly links: number
  readonly ignored: number
}

/** Counts what of a tree is the user's; `ignored` is how many entries an ignore file has left out of it. */
export function contentOf(
  { entries, ignored }: { readonly entries: Iterable<ContextEntry>; readonly ignored: number },
  dockerfile: DockerfileInTree,
): Content {
  const files: Iterable<SizedFile> = { [Symbol.iterator]: () => usersFiles(entries, dockerfile) }
  let [count, bytes, links] = [0, 0, 0]
  for (const { size } of files) {
    count++
    bytes += size
  }
  for (const { kind } of entries) if (kind === 'symlink') links++
  return { files, count, bytes, links, ignored }
}
