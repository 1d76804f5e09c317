import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../command.ts'
import { cacheFolder } from '../places.ts'
import { packLayer } from './image.ts'
import type { Image } from './image.ts'

const BUSYBOX = '/bin/busybox'
const imageFolder = join(cacheFolder, 'images')

/** Debian's static busybox as an image. */
export interface Busybox {
  readonly image: Image
  /** As busybox says it, like 1.35.0. */
  readonly version: string
}

/** The busybox image, with a link for each applet; packed once for each version of busybox. */
export async function busybox(): Promise<Busybox> {
  const version = /v(\d+\.\d+\.\d+)/.exec(await run([BUSYBOX]))?.[1] ?? 'unknown'
  const layer = join(imageFolder, `busybox-${version}.tar`)
  if (!existsSync(layer)) {
    await packed(layer, async (root) => {
      await addBusybox(root, 'bin')
      for (const folder of ['dev', 'etc', 'home', 'proc', 'root', 'sys', 'tmp', 'usr', 'var']) {
        await mkdir(join(root, folder))
      }
      await run(['chmod', '1777', join(root, 'tmp')])
      await writeFile(
        join(root, 'etc', 'passwd'),
        'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/home:/bin/false\n',
      )
      await writeFile(join(root, 'etc', 'group'), 'root:x:0:\nnogroup:x:65534:\n')
    })
  }
  const Env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']
  return { version, image: { references: [], layers: [layer], settings: { Env, Cmd: ['sh'] } } }
}

/** Puts busybox with a link for each applet into a folder of an image's root. */
export async function addBusybox(root: string, folder: string): Promise<void> {
  const target = join(root, folder)
  await mkdir(target, { recursive: true })
  await copyFile(BUSYBOX, join(target, 'busybox'))
  const applets = (await run([BUSYBOX, '--list'])).trim().split('\n')
  for (const applet of applets) if (applet !== 'busybox') await symlink('busybox', join(target, applet))
}

/** Fills a new folder and packs it as a layer; the layer is there wholly or not at all. */
export async function packed(layer: string, fill: (root: string) => Promise<void>): Promise<void> {
  await mkdir(imageFolder, { recursive: true })
  const root = await mkdtemp(join(imageFolder, 'root-'))
  try {
    await run(['chmod', '755', root])
    await fill(root)
    const unfinished = `${root}.tar`
    await packLayer(root, unfinished)
    await rename(unfinished, layer)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
