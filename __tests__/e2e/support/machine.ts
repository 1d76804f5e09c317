import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A store of the test's own: overlay works on ext4, and is quicker than vfs, which copies each layer (0.9 s against 3 s). */
export function storageConf(root: string): string {
  return `[storage]\ndriver = "overlay"\ngraphroot = "${root}/root"\nrunroot = "${root}/run"\n`
}

/** Text of the Docker config in a folder. */
export function readConfig(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'config.json'), 'utf8')
  } catch {
    return undefined
  }
}

/** The arguments of all builders that run, with what they were started by. */
export function processes(): string {
  return commandLines()
    .filter((line) => /docker|buildah|podman/.test(line))
    .join('\n')
}

/** Whether a `sleep` of just this many seconds runs, in a container or outside. */
export function sleeps(seconds: string): boolean {
  return commandLines().includes(`sleep\0${seconds}\0`)
}

function commandLines(): readonly string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((id) => {
      try {
        return readFileSync(`/proc/${id}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
}
