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

/** The arguments of everything that runs. */
export function processes(): string {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((id) => {
      try {
        return readFileSync(`/proc/${id}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
    .filter((line) => /docker|buildah|podman/.test(line))
    .join('\n')
}
