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
  const groups = new Set<number>()
  const isRunning = (): boolean => {
    const table = processTable()
    for (const group of groupsIn(folder, table)) {
      if (!groups.has(group)) endGroup(group, 'SIGTERM')
      groups.add(group)
    }
    return table.some(({ group, isOver }) => groups.has(group) && !isOver)
  }
  const until = clock.now() + GRACE_MS
  const { signal } = new AbortController()
  while (isRunning() && clock.now() < until) await clock.sleep(LOOK_MS, signal)
  for (const group of groups) endGroup(group, 'SIGKILL')
  // What was killed may have written to it meanwhile.
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: LOOK_MS })
  return true
}

/** A process, as the system's table has it. */
interface Listed {
  readonly group: number
  /** It has ended and waits for its parent. */
  readonly isOver: boolean
  /** Where it works; undefined for those of others. */
  readonly folder: string | undefined
}

/**
 * The process groups of those that work in a folder or below; a saved number might be another's
 * by now. Commands are started as leaders of groups of their own: whoever stands there in
 * ours, a shell of the user's for example, is not one.
 */
function groupsIn(folder: string, table: readonly Listed[]): readonly number[] {
  const own = listed('self')?.group
  const isIn = (path = ''): boolean => path === folder || path.startsWith(`${folder}/`)
  return table
    .filter((one) => isIn(one.folder) && one.group > 1 && one.group !== own)
    .map(({ group }) => group)
}

/** None where the system has no such table. */
function processTable(): readonly Listed[] {
  try {
    const ids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))
    return ids.map(listed).filter((one) => one !== undefined)
  } catch {
    return []
  }
}

function listed(id: string): Listed | undefined {
  try {
    const [, state = '', group = ''] =
      /.*\) (\S) \d+ (\d+) /s.exec(readFileSync(`/proc/${id}/stat`, 'utf8')) ?? []
    return { group: Number(group), isOver: state === 'Z', folder: folderOf(id) }
  } catch {
    return undefined
  }
}

function folderOf(id: string): string | undefined {
  try {
    return readlinkSync(`/proc/${id}/cwd`)
  } catch {
    return undefined
  }
}
