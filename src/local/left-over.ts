import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname } from 'node:path'

import type { Clock } from '../clock.ts'
import type { Environment } from '../runner/environment.ts'
import { endGroup } from './processes.ts'

/** Name of the runner's state that holds the folder of a build on the runner, as long as there is one. */
export const FOLDER_STATE = 'local-folder'

/** The beginning of every such folder's name; the rest is drawn. */
export const FOLDER_PREFIX = 'hybrid-kubernetes-build-'
const NAME = new RegExp(`^${FOLDER_PREFIX}[0-9a-f]{12}$`)

/** How long a builder has to end by itself, and how often it is looked at, in milliseconds. */
const GRACE_MS = 5_000
const LOOK_MS = 100

/** Where builds on the runner have their folders; the real place, as the system's table of processes tells it. */
export function temporaryOf(environment: Environment): string {
  const folder = environment['RUNNER_TEMP'] || tmpdir()
  return existsSync(folder) ? realpathSync(folder) : folder
}

/**
 * Ends the builder that a killed main phase left running, and removes its folder,
 * which has the credentials. `folder` comes from the runner's state, which somebody
 * else may have written to: anything but a folder of ours in `temporary` is left
 * alone. Says whether there was something to remove; throws where it cannot be.
 */
export async function removeLeftOver(folder: string, temporary: string, clock: Clock): Promise<boolean> {
  if (dirname(folder) !== temporary || !NAME.test(basename(folder))) return false
  const groups = groupsIn(folder)
  for (const group of groups) endGroup(group, 'SIGTERM')
  const until = clock.now() + GRACE_MS
  const { signal } = new AbortController()
  while (groupsIn(folder).length > 0 && clock.now() < until) await clock.sleep(LOOK_MS, signal)
  for (const group of groupsIn(folder)) endGroup(group, 'SIGKILL')
  await rm(folder, { recursive: true, force: true })
  return true
}

/** The process groups of those that work in a folder, by the system's table; a saved number might be another's by now. */
function groupsIn(folder: string): readonly number[] {
  try {
    const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))
    return [...new Set(pids.flatMap((pid) => groupOf(pid, folder)))]
  } catch {
    return []
  }
}

/** Those of others cannot be read. */
function groupOf(pid: string, folder: string): readonly number[] {
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) !== folder) return []
    const group = Number(/\) \S \d+ (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1])
    // Commands are started as leaders of their own group; whoever else stands here is not one.
    return group > 1 && group !== process.pid ? [group] : []
  } catch {
    return []
  }
}
