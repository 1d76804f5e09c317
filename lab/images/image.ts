import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { arch } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from '../command.ts'

/** An image of one or more layers that are tar files on this machine, uncompressed, lowest first. */
export interface Image {
  readonly references: readonly string[]
  readonly layers: readonly string[]
  readonly settings: ImageSettings
}

/** What an image says about its containers, by the names of OCI's image configuration. */
export interface ImageSettings {
  readonly Env?: readonly string[]
  readonly Entrypoint?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly User?: string
}

/** Packs a folder as a layer whose bytes depend on nothing but its files' names, modes and contents. */
export async function packLayer(folder: string, tarFile: string): Promise<void> {
  const same = ['--sort=name', '--mtime=@0', '--numeric-owner', '--format=posix']
  const times = '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime'
  // Programs can have capabilities.
  const attributes = ['--xattrs', '--xattrs-include=security.capability']
  await run(['tar', '-C', folder, ...same, ...attributes, times, '-cf', tarFile, '.'])
}

/** The digest of a file's bytes, `sha256:…`. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  // Node types a stream's chunks as any; a file's are buffers without an encoding.
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return `sha256:${hash.digest('hex')}`
}

/** The image's configuration as OCI wants it, JSON. */
export async function configurationOf(image: Image): Promise<string> {
  return JSON.stringify({
    architecture: arch() === 'x64' ? 'amd64' : arch(),
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: image.settings,
    // buildah refuses an image whose history does not tell of each layer.
    history: image.layers.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'the lab' })),
    rootfs: { type: 'layers', diff_ids: await Promise.all(image.layers.map(digestOf)) },
  })
}

/** Writes images as one archive in Docker's form; a layer that several have is in it once. */
export async function writeArchive(path: string, images: readonly Image[]): Promise<void> {
  const folder = await mkdtemp(join(dirname(path), 'archive-'))
  try {
    const manifest = []
    for (const image of images) {
      const configuration = await configurationOf(image)
      const name = `${createHash('sha256').update(configuration).digest('hex')}.json`
      await writeFile(join(folder, name), configuration)
      const layers = []
      for (const layer of image.layers) layers.push(await addLayer(folder, layer))
      manifest.push({ Config: name, RepoTags: image.references, Layers: layers })
    }
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest))
    await run(['tar', '-C', folder, '-cf', `${path}.unfinished`, '.'])
    await run(['mv', `${path}.unfinished`, path])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function addLayer(folder: string, layer: string): Promise<string> {
  const name = `${(await digestOf(layer)).replace('sha256:', '')}.tar`
  await link(layer, join(folder, name)).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  })
  return name
}
