import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'

import type { LocalPlan } from './local-plan.ts'

/** The runner's disk, as far as a build writes and reads its own files. */
export interface LocalDisk {
  /** Makes the build's folder with all that it is to hold, for its owner alone. */
  prepare(plan: Pick<LocalPlan, 'folder' | 'folders' | 'files' | 'links'>): Promise<void>
  /** A text file; undefined where there is none. */
  read(path: string): Promise<string | undefined>
  /** In bytes; undefined where there is no such file. */
  size(path: string): Promise<number | undefined>
  remove(folder: string): Promise<void>
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
  remove: (folder) => rm(folder, { recursive: true, force: true }),
}
