import type { ContextEntry, FileEntry } from './context-entry.ts'
import { broken, quoted } from './context-problem.ts'
import type { DockerIgnore, Verdict } from './dockerignore.ts'
import { EntryList } from './entry-list.ts'
import { readTar } from './read-tar.ts'
import type { TarEntry, TarFile } from './read-tar.ts'

/** More of a Dockerfile or an ignore file was not written by anybody. In bytes. */
const LONGEST_TEXT = 1 << 24

/** What was seen of a tar file on the way through it. */
export interface TarTree {
  /** In the order of the file. Links to files of the archive itself are among the files, without a size. */
  readonly entries: Iterable<ContextEntry>
  /** The wanted files that are there, by their paths; the last of several. */
  readonly texts: ReadonlyMap<string, TarText>
  readonly links: readonly TarLink[]
}

/** A hard link, the `at`th of the entries. */
export interface TarLink {
  readonly path: string
  readonly target: string
  readonly at: number
}

export interface TarText extends Pick<FileEntry, 'mode' | 'modified'> {
  readonly bytes: Buffer
}

/** Goes through a tar file once, and keeps the content of the `wanted` files. Throws as `readTar`. */
export async function lookThrough(
  tar: TarFile,
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<TarTree> {
  const entries = new EntryList('')
  const texts = new Map<string, TarText>()
  const links: TarLink[] = []
  let count = 0
  for await (const entry of readTar(tar, signal)) {
    entries.add(listed(entry))
    if (entry.kind === 'hardlink') links.push({ path: entry.path, target: entry.target, at: count })
    count++
    if (!wanted.has(entry.path)) continue
    if (entry.kind === 'streamed') {
      const { mode, modified } = entry
      texts.set(entry.path, { mode, modified, bytes: await textOf(entry) })
    } else if (entry.kind !== 'directory') throw isLink(entry.path)
  }
  return { entries, texts, links }
}

function listed(entry: TarEntry): ContextEntry {
  if (entry.kind === 'directory' || entry.kind === 'symlink') return entry
  const { path } = entry
  const { mode, size, modified } = entry.kind === 'streamed' ? entry : { mode: 0, size: 0, modified: 0 }
  // It lies in the tar file, and nothing is read by this entry.
  return { kind: 'file', path, mode, size, modified, source: path, identity: '' }
}

async function textOf({ path, size, content }: Extract<TarEntry, { kind: 'streamed' }>): Promise<Buffer> {
  if (size > LONGEST_TEXT)
    throw broken(`The build context cannot be used: ${quoted(path)} is longer than 16 MiB.`, [
      'look whether it is the file that was meant',
    ])
  const pieces: Uint8Array[] = []
  for await (const piece of content) pieces.push(piece)
  return Buffer.concat(pieces)
}

function isLink(path: string): Error {
  return broken(`The build context cannot be used: ${quoted(path)} is a link.`, [
    'replace the link in the tar file by the file itself',
  ])
}

/** What an ignore file keeps of a tar, whose entries come in any order and without some of their directories. */
export class KeptOfTar {
  readonly #ignore: DockerIgnore
  readonly #directories = new Map<string, Verdict>()

  constructor(ignore: DockerIgnore) {
    this.#ignore = ignore
  }

  has(path: string): boolean {
    return !this.#verdict(path).ignored
  }

  #verdict(path: string): Verdict {
    const slash = path.lastIndexOf('/')
    return this.#ignore.judge(path, slash < 0 ? undefined : this.#directory(path.slice(0, slash)))
  }

  #directory(path: string): Verdict {
    const known = this.#directories.get(path)
    if (known !== undefined) return known
    const verdict = this.#verdict(path)
    this.#directories.set(path, verdict)
    return verdict
  }
}
