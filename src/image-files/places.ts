import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'

import { ActionError } from '../failure/failure.ts'
import type { ImageFile } from '../request/image-files.ts'
import { inputFailure } from '../request/read-request.ts'

/**
 * Looks whether the image can be written where it is to go; makes nothing,
 * because a folder that is made now may be in the context. Throws an
 * `ActionError` with all problems at once.
 */
export async function checkPlaces(files: readonly ImageFile[], workspace: string): Promise<void> {
  const found = await Promise.all(files.map(({ dest }) => problemAt(dest, resolve(workspace, dest))))
  const problems = files.flatMap(({ dest }, at) => {
    const problem = found[at]
    return problem === undefined ? [] : [{ input: 'outputs' as const, value: `dest=${dest}`, problem }]
  })
  if (problems.length > 0) throw new ActionError(inputFailure(problems))
}

/** In bytes; on all file systems that runners have. */
const LONGEST_NAME = 255

async function problemAt(dest: string, path: string): Promise<string | undefined> {
  if (Buffer.byteLength(basename(path)) > LONGEST_NAME) return 'has a name that is too long for a file'
  const there = await stat(path).catch(() => undefined)
  if (there?.isDirectory() === true) return 'is a folder; add the name of the file'
  if (there !== undefined && !there.isFile()) return 'is no file, but something else; name another one'
  return folderProblem(dirname(path))
}

/** The nearest folder that is there has to take what is not. */
async function folderProblem(folder: string): Promise<string | undefined> {
  const there = await stat(folder).catch(codeOf)
  if (there === 'ENOENT' && dirname(folder) !== folder) return folderProblem(dirname(folder))
  if (there === 'ENOTDIR') return NO_FOLDER
  if (typeof there === 'string') return `its folder cannot be reached (${there})`
  if (!there.isDirectory()) return NO_FOLDER
  const isWritable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )
  return isWritable ? undefined : `this user may not write to the folder ${JSON.stringify(folder)}`
}

const NO_FOLDER = 'lies below something that is no folder'

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error'
}
