import { realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { ActionError } from '../failure/failure.ts'
import { contextFolder, OWN_FOLDER } from '../request/context-folders.ts'
import type { NamedContext } from '../request/frontend-options.ts'
import { inputFailure } from '../request/input-problem.ts'
import type { ContextEntry } from './context-entry.ts'
import { checkLink } from './find-context.ts'
import { dockerIgnore } from './dockerignore.ts'
import { findOwnIgnoreFile } from './dockerfile.ts'
import { PatternError } from './ignore-pattern.ts'
import { unusable } from './unusable.ts'
import { walkTree, type WalkedTree } from './walk.ts'

/** A directory of `build-contexts`, as it lies in the archive. */
export interface PackedContext {
  /** In the archive: `.hybrid-kubernetes-build/contexts/0`. */
  readonly folder: string
  readonly tree: WalkedTree
}

/** Looks at the directories among the further contexts; each has an ignore file of its own. Throws as `packContext`. */
export async function walkContexts(
  contexts: readonly NamedContext[],
  workspace: string,
  signal: AbortSignal,
): Promise<readonly PackedContext[]> {
  const packed: PackedContext[] = []
  for (const [at, { name, source }] of contexts.entries()) {
    if (source.kind !== 'path') continue
    const root = await directory(name, source.path, workspace)
    const ignore = await findOwnIgnoreFile(join(root, '.dockerignore'), `${source.path}/.dockerignore`, {
      workspace: await realpath(workspace),
      context: root,
    })
    try {
      const tree = await walkTree(root, dockerIgnore(ignore?.text ?? ''), signal)
      packed.push({ folder: contextFolder(at), tree })
    } catch (error) {
      throw error instanceof PatternError ? unusable(ignore?.shown ?? '', error) : error
    }
  }
  return packed
}

/** Their entries, under the folder that each has in the archive. */
export function contextEntries(packed: readonly PackedContext[]): Iterable<ContextEntry> {
  function* entries(): Generator<ContextEntry, undefined, undefined> {
    if (packed.length > 0) {
      yield folder(OWN_FOLDER)
      yield folder(`${OWN_FOLDER}/contexts`)
    }
    for (const { folder: path, tree } of packed) {
      yield folder(path)
      for (const entry of tree.entries) yield { ...entry, path: `${path}/${entry.path}` }
    }
    return undefined
  }
  return { [Symbol.iterator]: entries }
}

const folder = (path: string): ContextEntry => ({ kind: 'directory', path, mode: 0o755 })

async function directory(name: string, path: string, workspace: string): Promise<string> {
  const place = resolve(workspace, path)
  const found = await stat(place).catch(() => undefined)
  const refusal = (problem: string): ActionError =>
    new ActionError(inputFailure([{ input: 'build-contexts', value: path, problem: `"${name}" ${problem}` }]))
  if (found?.isDirectory() !== true) throw refusal('is no directory; images are docker-image://NAME')
  await checkLink(workspace, place, refusal)
  return realpath(place)
}
