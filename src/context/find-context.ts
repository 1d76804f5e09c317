import { readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'

import { ActionError } from '../failure/failure.ts'
import { inputFailure } from '../request/input-problem.ts'
import { errorCode, unreadable } from './context-problem.ts'

/** Real paths, absolute: what is read for a build lies in one of them, or was named by the workflow. */
export interface Roots {
  readonly workspace: string
  readonly context: string
}

/** What `context` leads to. */
export type FoundContext =
  | { readonly kind: 'directory'; readonly roots: Roots }
  /** Its real path. */
  | { readonly kind: 'file'; readonly path: string }

/** Where the inputs lead. Throws ActionError (`input`) if that is neither a directory nor a file. */
export async function findContext(workspace: string, context: string): Promise<FoundContext> {
  const path = resolve(workspace, context)
  const stats = await stat(path).catch(async (error: unknown) => {
    const code = errorCode(error)
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw unreadable(context, error)
    throw unusable(
      context,
      `there is no such directory or tar file in the workspace${await checkoutHint(workspace)}`,
    )
  })
  await checkLink(workspace, path, (problem) => unusable(context, problem))
  if (stats.isFile()) return { kind: 'file', path: await realpath(path) }
  if (!stats.isDirectory()) throw unusable(context, 'is neither a directory nor a tar file')
  return {
    kind: 'directory',
    roots: { workspace: await realpath(workspace), context: await realpath(path) },
  }
}

/**
 * A pull request can bring a link, and what it leads to outside of the workspace
 * is not its to read. What is named outside of it was named by the workflow.
 */
export async function checkLink(
  workspace: string,
  path: string,
  refusal: (problem: string) => ActionError,
): Promise<void> {
  if (!isWithin(resolve(workspace), path)) return
  const [root, target] = [await realpath(workspace), await realpath(path)]
  if (!isWithin(root, target)) throw refusal('leads out of the workspace by a link; name the folder itself')
}

const isWithin = (folder: string, path: string): boolean =>
  path === folder || pathBelow(folder, path) !== undefined

/** The path from one directory down to another file, or undefined if that is not below it. */
export function pathBelow(directory: string, path: string): string | undefined {
  const down = relative(directory, path)
  const outside = down === '' || down === '..' || down.startsWith(`..${sep}`) || isAbsolute(down)
  return outside ? undefined : down
}

/** Where a link leads, if that is in the workspace or the context; undefined if elsewhere. Throws as `realpath`. */
export async function linkTarget({ workspace, context }: Roots, path: string): Promise<string | undefined> {
  const target = await realpath(path)
  return [workspace, context].some((root) => pathBelow(root, target) !== undefined) ? target : undefined
}

function unusable(value: string, problem: string): ActionError {
  return new ActionError(inputFailure([{ input: 'context', value, problem }]))
}

/** The commonest reason of all for a path that is not there. */
async function checkoutHint(workspace: string): Promise<string> {
  const names = await readdir(workspace).catch(() => [])
  return names.length === 0 ? '; the workspace is empty: run actions/checkout before this step' : ''
}
