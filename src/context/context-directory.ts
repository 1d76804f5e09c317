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

/** Where the inputs lead. Throws ActionError (`input`) if `context` is no directory. */
export async function findRoots(workspace: string, context: string): Promise<Roots> {
  if (/^[a-z][a-z0-9+.-]+:\/\/|^git@/i.test(context))
    throw notSupported(context, 'is a URL; a directory is what is supported now')
  const path = resolve(workspace, context)
  const stats = await stat(path).catch(async (error: unknown) => {
    const code = errorCode(error)
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw unreadable(context, error)
    const problem = 'there is no such directory in the workspace; a directory is what is supported now'
    throw notSupported(context, `${problem}${await checkoutHint(workspace)}`)
  })
  if (!stats.isDirectory()) throw notSupported(context, 'is a file; a directory is what is supported now')
  return { workspace: await realpath(workspace), context: await realpath(path) }
}

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

function notSupported(value: string, problem: string): ActionError {
  return new ActionError(inputFailure([{ input: 'context', value, problem }]))
}

/** The commonest reason of all for a path that is not there. */
async function checkoutHint(workspace: string): Promise<string> {
  const names = await readdir(workspace).catch(() => [])
  return names.length === 0 ? '; the workspace is empty: run actions/checkout before this step' : ''
}
