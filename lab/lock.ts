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
    say(
      `Another command works on the lab ${lab.name} (process ${readFileSync(lock, 'utf8')}): waiting for its end`,
    )
    await waitUntil(`The lock ${lock}`, WAIT_SECONDS, () => take(lock))
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    if (!isHeld(lock)) rmSync(lock, { force: true })
    return false
  }
}

/** A command that was killed leaves its lock; the process that it names is gone then, or is another program. */
function isHeld(lock: string): boolean {
  try {
    const owner = readFileSync(lock, 'utf8')
    return owner === '' || readFileSync(`/proc/${owner}/cmdline`, 'utf8').includes('main.ts')
  } catch {
    return false
  }
}
