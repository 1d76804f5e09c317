import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../command.ts'
import { cacheFolder } from '../places.ts'
import { step } from '../progress.ts'
import { packed } from './busybox.ts'
import type { Image } from './image.ts'

const SUITE = 'bookworm'

/** The tags that the image has on Docker Hub as well. */
export const debianTags = ['12', '12-slim', SUITE, `${SUITE}-slim`] as const

/** Where the image's one layer is kept. */
const layer = join(cacheFolder, 'images', `debian-${SUITE}.tar`)

/** Whether the image was made before. */
export function hasDebian(): boolean {
  return existsSync(layer)
}

/** A small Debian as an image, made once; needs the Debian mirror that this machine's apt uses. */
export async function debian(): Promise<Image> {
  if (!hasDebian()) {
    await step(`make a Debian ${SUITE} image`, '1 to 3 min', async () => {
      await packed(layer, async (root) => {
        const command = ['debootstrap', '--variant=minbase', SUITE, root, ...mirror()]
        // Mounts that debootstrap makes end with its own mount namespace.
        const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
        const log = join(cacheFolder, 'images', 'debootstrap.log')
        await run(['unshare', '--mount', ...command], { environment, log })
        await run([
          'sh',
          '-c',
          'rm -rf "$0"/var/cache/apt/archives/* "$0"/var/lib/apt/lists/* "$0"/var/log/*',
          root,
        ])
        await run(['sh', '-c', 'rm -rf "$0"/dev/* "$0"/usr/share/doc/* "$0"/usr/share/man/*', root])
        // How this machine reaches its mirror is nobody else's business, and from the lab there is no way to one.
        await run(['sh', '-c', ': >"$0/etc/apt/sources.list"', root])
        await run(['sh', '-c', 'rm -f "$0/etc/resolv.conf" "$0/etc/hostname"', root])
      })
    })
  }
  const Env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']
  return { references: [], layers: [layer], settings: { Env, Cmd: ['bash'] } }
}

/** The mirror from which this machine's apt takes the suite; without one, debootstrap takes its own. */
function mirror(): readonly string[] {
  const folder = '/etc/apt/sources.list.d'
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ]
  for (const file of files.filter(existsSync)) {
    const found = mirrorIn(readFileSync(file, 'utf8'))
    if (found !== undefined) return [found]
  }
  return []
}

/** The first mirror of the suite in an apt source file, of the one-line or the deb822 form. */
export function mirrorIn(text: string): string | undefined {
  const line = new RegExp(`^deb\\s+(?:\\[[^\\]]*\\]\\s+)?(\\S+)\\s+${SUITE}\\s.*\\bmain\\b`, 'm').exec(text)
  if (line) return line[1]
  for (const stanza of text.split(/\n\s*\n/)) {
    if (!new RegExp(`^Suites:.*\\b${SUITE}(\\s|$)`, 'm').test(stanza)) continue
    const uri = /^URIs:\s*(\S+)/m.exec(stanza)?.[1]
    if (uri !== undefined) return uri
  }
  return undefined
}
