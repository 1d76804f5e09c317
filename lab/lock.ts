import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from './places.ts'
import { say } from './progress.ts'
import { waitUntil } from './waiting.ts'

const WAIT_SECONDS = 30 * 60

/** Does something to an instance while no other command does; waits for the other one's end. */
export async function alone<Result>(lab: Lab, work: () => Promise<Result>): Promise<Result> {
  const lock = join(lab.folder, 'lock')
  mkdirSync(lab.folder, { recursive: true })
  if (!take(lock)) {
    say(`Another command works on the lab ${lab.name} (process ${ownerOf(lock) ?? 'unknown'}): waiting`)
    await waitUntil(`The lock ${lock}`, WAIT_SECONDS, () => take(lock))
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function take(lock: string): boolean {
  if (!isHeld(lock)) rmSync(lock, { force: true })
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** A command that was killed leaves its lock; the process that it names is gone then, or is another program. */
function isHeld(lock: string): boolean {
  const owner = ownerOf(lock)
  if (owner === undefined) return false
  // Nothing in it yet: it is being taken at this moment.
  return owner === '' || commandOf(owner).includes('main.ts')
}

function ownerOf(lock: string): string | undefined {
  try {
    return readFileSync(lock, 'utf8')
  } catch {
    return undefined
  }
}

function commandOf(process: string): string {
  try {
    return readFileSync(`/proc/${process}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
