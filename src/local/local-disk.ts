import { chmod, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'

import type { LocalPlan } from './local-plan.ts'

/** The runner's disk, as far as a build writes and reads its own files. */
export interface LocalDisk {
  /** Makes the build's folder with all that it is to hold, for its owner alone. */
  prepare(plan: Pick<LocalPlan, 'folder' | 'folders' | 'files' | 'links'>): Promise<void>
  /** A text file; undefined where there is none. */
  read(path: string): Promise<string | undefined>
  /** Makes a folder that a file is to go to. Throws. */
  makeFolder(folder: string): Promise<void>
  /** Gives a file another name in its folder, in place of a file that has it. Throws. */
  rename(from: string, to: string): Promise<void>
  /** In bytes; undefined where there is no such file. */
  size(path: string): Promise<number | undefined>
  /** A folder or a file; none is no error. */
  remove(path: string): Promise<void>
}

/** The runner's own. */
export const runnerDisk: LocalDisk = {
  async prepare({ folder, folders, files, links }) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    // Whoever runs this may have another umask.
    await chmod(folder, 0o700)
    for (const path of folders) await mkdir(path, { recursive: true, mode: 0o700 })
    for (const { path, content } of files) await writeFile(path, content, { mode: 0o600, flag: 'wx' })
    for (const { path, target } of links) await symlink(target, path)
  },
  read: (path) => readFile(path, 'utf8').catch(() => undefined),
  size: (path) =>
    stat(path).then(
      ({ size }) => size,
      () => undefined,
    ),
  makeFolder: async (folder) => {
    await mkdir(folder, { recursive: true })
  },
  rename: (from, to) => rename(from, to),
  // A tool that was just killed may have written to it meanwhile.
  remove: (path) => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
}
