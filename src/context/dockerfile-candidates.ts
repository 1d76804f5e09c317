import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'

import type { Roots } from './find-context.ts'

const NAMES = /^(?:dockerfile|containerfile)$|^dockerfile\..+$|.\.dockerfile$/i
const MOST = 10

/** Whether a file of this name looks like a Dockerfile. */
export function isDockerfileName(name: string): boolean {
  return NAMES.test(name) && !name.endsWith('.dockerignore')
}

/** What looks like a Dockerfile in the context's top two levels, as `file` would name it. For a message: never fails. */
export async function dockerfileCandidates({ workspace, context }: Roots): Promise<readonly string[]> {
  const top = await list(context)
  const below = top.directories.filter((name) => name !== 'node_modules' && name !== '.git')
  const deeper = await Promise.all(below.map((name) => list(join(context, name))))
  const found = [top, ...deeper].flatMap((level) => level.files.map((file) => relative(workspace, file)))
  return found.slice(0, MOST)
}

async function list(
  directory: string,
): Promise<{ files: readonly string[]; directories: readonly string[] }> {
  const dirents = await readdir(directory, { withFileTypes: true }).catch(() => [])
  const named = (chosen: typeof dirents): readonly string[] => chosen.map(({ name }) => name).sort()
  const files = dirents.filter((dirent) => !dirent.isDirectory() && isDockerfileName(dirent.name))
  return {
    files: named(files).map((name) => join(directory, name)),
    directories: named(dirents.filter((dirent) => dirent.isDirectory())),
  }
}
