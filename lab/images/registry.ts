import { existsSync } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { cacheFolder } from '../places.ts'
import { build, findProgram } from '../programs.ts'
import { busybox, packed } from './busybox.ts'
import type { Image } from './image.ts'

/** Distribution's registry as an image, laid out as the published one: its program on the PATH beside a shell. */
export async function registryImage(): Promise<Image> {
  const program = await build(findProgram('registry'))
  const layer = join(cacheFolder, 'images', `${basename(program)}.tar`)
  if (!existsSync(layer)) {
    await packed(layer, async (root) => {
      await mkdir(join(root, 'bin'))
      await copyFile(join(program, 'registry'), join(root, 'bin', 'registry'))
    })
  }
  const { image } = await busybox()
  const settings = { Env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'], Entrypoint: ['registry', 'serve'] }
  return { references: [], layers: [...image.layers, layer], settings }
}
