import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

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

async function problemAt(dest: string, path: string): Promise<string | undefined> {
  const there = await stat(path).catch(() => undefined)
  if (there?.isDirectory() === true) return 'is a folder; add the name of the file'
  if (there !== undefined && !there.isFile()) return 'is no file, but something else; name another one'
  return folderProblem(dirname(path))
}

/** The nearest folder that is there has to take what is not. */
async function folderProblem(folder: string): Promise<string | undefined> {
  const there = await stat(folder).catch((error: unknown) => error)
  if (isError(there)) {
    if (there.code === 'ENOENT' && dirname(folder) !== folder) return folderProblem(dirname(folder))
    return there.code === 'ENOTDIR'
      ? 'lies below something that is no folder'
      : `cannot be reached (${there.code ?? 'unknown error'})`
  }
  if (!(await stat(folder)).isDirectory()) return 'lies below something that is no folder'
  const isWritable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )
  return isWritable ? undefined : `this user may not write to the folder ${JSON.stringify(folder)}`
}

const isError = (value: unknown): value is NodeJS.ErrnoException => value instanceof Error
