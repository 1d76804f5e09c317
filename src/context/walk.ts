import { lstatSync, readlinkSync } from 'node:fs'
import type { Dirent, Stats } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { ActionError } from '../failure/failure.ts'
import { fileEntryOf, permissions } from './context-entry.ts'
import type { ContextEntry, DirectoryEntry } from './context-entry.ts'
import { broken, errorCode, quoted, unreadable } from './context-problem.ts'
import type { DockerIgnore, Verdict } from './dockerignore.ts'
import { EntryList } from './entry-list.ts'

export interface WalkedTree {
  /** Parents before children, siblings by the bytes of their names. */
  readonly entries: Iterable<ContextEntry>
  /** See ContextArchive.ignored. */
  readonly ignored: number
}

/**
 * Looks at every file of a tree that the ignore file keeps; links are noted,
 * never followed. Throws ActionError for what no archive can hold, PatternError
 * from the ignore file, and the signal's reason.
 */
export async function walkTree(root: string, ignore: DockerIgnore, signal: AbortSignal): Promise<WalkedTree> {
  const entries = new EntryList(root)
  /** Ignored directories on the way down: there only for the sake of what an exception may keep in them. */
  const pending: DirectoryEntry[] = []
  let ignored = 0

  async function enter(directory: string, parent: Verdict | undefined): Promise<void> {
    signal.throwIfAborted()
    for (const { path, dirent } of await children(root, directory)) {
      const verdict = ignore.judge(path, parent)
      if (verdict.ignored && !(dirent.isDirectory() && ignore.mayKeepBelow(path))) {
        ignored++
        continue
      }
      const entry = look(root, path)
      if (!verdict.ignored) for (const kept of [...pending.splice(0), entry]) entries.add(kept)
      if (entry.kind !== 'directory') continue
      if (verdict.ignored) pending.push(entry)
      await enter(path, verdict)
      if (pending.at(-1) === entry) pending.pop()
    }
  }

  await enter('', undefined)
  return { entries, ignored }
}

interface Found {
  readonly path: string
  readonly dirent: Dirent
}

async function children(root: string, directory: string): Promise<readonly Found[]> {
  const shown = directory === '' ? '.' : directory
  const dirents = await readdir(join(root, directory), { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(shown, error)
  })
  return dirents.sort(byBytes).map((dirent) => {
    const path = directory === '' ? dirent.name : `${directory}/${dirent.name}`
    return { path, dirent }
  })
}

const ASCII = /^[\0-\x7F]*$/

function byBytes({ name: a }: Dirent, { name: b }: Dirent): number {
  if (ASCII.test(a) && ASCII.test(b)) return a < b ? -1 : 1
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** Not side by side: to wait for each of the system's answers costs several times what it takes to give them. */
function look(root: string, path: string): ContextEntry {
  const source = `${root}/${path}`
  try {
    const stats = lstatSync(source)
    if (stats.isDirectory()) return { kind: 'directory', path, mode: permissions(stats.mode) }
    if (stats.isSymbolicLink())
      return { kind: 'symlink', path, target: text(path, readlinkSync(source, 'buffer')) }
    if (!stats.isFile()) throw special(path, stats)
    return fileEntryOf(path, source, stats)
  } catch (error) {
    // What is not UTF-8 came as this sign, by which it is not found.
    if (path.includes('\uFFFD') && errorCode(error) === 'ENOENT') throw notText(path, 'has a name')
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
