import type { Dirent, Stats } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'

import { ActionError } from '../failure/failure.ts'
import { fileEntryOf, permissions } from './context-entry.ts'
import type { ContextEntry } from './context-entry.ts'
import { broken, quoted, unreadable } from './context-problem.ts'
import type { DockerIgnore, Verdict } from './dockerignore.ts'

export interface WalkedTree {
  /** Parents before children, siblings by the bytes of their names. */
  readonly entries: readonly ContextEntry[]
  /** See ContextArchive.ignored. */
  readonly ignored: number
}

/**
 * Looks at every file of a tree that the ignore file keeps; links are noted,
 * never followed. Throws ActionError for what no archive can hold, PatternError
 * from the ignore file, and the signal's reason.
 */
export async function walkTree(root: string, ignore: DockerIgnore, signal: AbortSignal): Promise<WalkedTree> {
  const entries: ContextEntry[] = []
  let ignored = 0

  async function enter(directory: string, parent: Verdict | undefined): Promise<void> {
    signal.throwIfAborted()
    const kept: Found[] = []
    for (const found of await children(root, directory)) {
      const verdict = ignore.judge(found.path, parent)
      const enters = found.dirent.isDirectory() && ignore.mayKeepBelow(found.path)
      if (!verdict.ignored || enters) kept.push({ ...found, verdict })
      else ignored++
    }
    // Side by side: a directory of thousands of files waits for the disk, not for each answer.
    const looked = await Promise.all(kept.map(async (found) => ({ found, entry: await look(root, found) })))
    for (const { found, entry } of looked) {
      const position = entries.push(entry)
      if (entry.kind !== 'directory') continue
      await enter(entry.path, found.verdict)
      // An ignored directory is there for the sake of what an exception keeps in it.
      if (found.verdict?.ignored === true && entries.length === position) entries.pop()
    }
  }

  await enter('', undefined)
  return { entries, ignored }
}

interface Found {
  readonly path: string
  readonly name: Buffer
  readonly dirent: Dirent<Buffer>
  readonly verdict?: Verdict
}

async function children(root: string, directory: string): Promise<readonly Found[]> {
  const options = { withFileTypes: true, encoding: 'buffer' } as const
  const dirents = await readdir(join(root, directory), options).catch((error: unknown) => {
    throw unreadable(directory === '' ? '.' : directory, error)
  })
  return dirents
    .map((dirent) => {
      const name = dirent.name.toString('utf8')
      return { name: dirent.name, dirent, path: directory === '' ? name : `${directory}/${name}` }
    })
    .sort((a, b) => Buffer.compare(a.name, b.name))
}

async function look(root: string, { path, name }: Found): Promise<ContextEntry> {
  if (!Buffer.from(name.toString('utf8')).equals(name)) throw notText(path, 'has a name')
  const source = join(root, path)
  try {
    const stats = await lstat(source)
    if (stats.isDirectory()) return { kind: 'directory', path, mode: permissions(stats.mode) }
    if (stats.isSymbolicLink())
      return { kind: 'symlink', path, target: text(path, await readlink(source, 'buffer')) }
    if (!stats.isFile()) throw special(path, stats)
    return fileEntryOf(path, source, stats)
  } catch (error) {
    throw error instanceof ActionError ? error : unreadable(path, error)
  }
}

function text(path: string, target: Buffer): string {
  const decoded = target.toString('utf8')
  if (!Buffer.from(decoded).equals(target)) throw notText(path, 'links to a name')
  return decoded
}

function notText(path: string, what: string): Error {
  return broken(`The build context cannot be packed: ${quoted(path)} ${what} that is not UTF-8.`, [
    'rename it, or name it in .dockerignore',
  ])
}

function special(path: string, stats: Stats): Error {
  const kind = stats.isSocket() ? 'a socket' : stats.isFIFO() ? 'a named pipe' : 'a device'
  return broken(`The build context cannot be packed: ${quoted(path)} is ${kind}.`, [
    'remove it, or name it in .dockerignore: only files, directories and links can be sent',
  ])
}
