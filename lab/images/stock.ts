import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Cluster, Site } from '../components/cluster.ts'
import { ctr, pauseImage } from '../components/containerd.ts'
import {
  plainAddress,
  registryCertificate,
  secureAddress,
  secureCredentials,
} from '../components/registries.ts'
import { copyFile } from 'node:fs/promises'
import { LabError } from '../command.ts'
import { insidePath, runInside } from '../namespaces.ts'
import { cacheFolder } from '../places.ts'
import type { RunningLab } from '../processes.ts'
import { build, findProgram } from '../programs.ts'
import { say } from '../progress.ts'
import { busybox, packed } from './busybox.ts'
import { debian, debianTags, hasDebian } from './debian.ts'
import { executors, hasStandIn } from './executors.ts'
import { writeArchive } from './image.ts'
import { push } from './push.ts'
import type { Registry } from './push.ts'
import { registryImage } from './registry.ts'
import { TOOLCHAINS, toolchainImage } from './toolchains.ts'

/** The repository in the secure registry from which a probe pulls with a password. */
export const guardedRepository = 'probe/busybox'

/** The registry without TLS and password, to push to. */
export function plainRegistryOf({ addresses }: Site): Registry {
  return { url: `http://${plainAddress(addresses)}` }
}

/** The registry with TLS and password, to push to. */
export function secureRegistryOf({ lab, addresses }: Site): Registry {
  return {
    url: `https://${secureAddress(addresses)}`,
    credentials: secureCredentials,
    certificate: registryCertificate(lab),
  }
}

/** Puts the base images into the plain registry: busybox and the registry itself always, Debian if it was made before. */
export async function pushBaseImages(cluster: Cluster): Promise<void> {
  const { image, version } = await busybox()
  const tags = ['latest', version, version.replace(/\.\d+$/, '')]
  await push(plainRegistryOf(cluster), 'library/busybox', tags, image)
  await push(plainRegistryOf(cluster), 'library/registry', ['3.0.0'], await registryImage())
  if (hasDebian()) await pushDebian(cluster)
  else say('  The registry has no debian yet; `npm run lab -- images` makes it')
}

/** Puts the image that only a password opens into the secure registry. */
export async function pushGuardedImage(site: Site): Promise<void> {
  const { image } = await busybox()
  await push(secureRegistryOf(site), guardedRepository, ['latest'], image)
}

/** Puts the Debian image into the plain registry, making it first if need be. */
export async function pushDebian(cluster: Cluster): Promise<void> {
  await push(plainRegistryOf(cluster), 'library/debian', debianTags, await debian())
}

/** Puts the image of a language's toolchain into the plain registry, making it first if need be. */
export async function pushToolchain(cluster: Cluster, name: string): Promise<void> {
  const toolchain = TOOLCHAINS[name]
  if (toolchain === undefined) {
    throw new LabError(`There is no image ${name}; there are debian, ${Object.keys(TOOLCHAINS).join(', ')}`)
  }
  const { repository, tags } = toolchain
  await push(plainRegistryOf(cluster), repository, tags, await toolchainImage(name, toolchain))
}

/** Loads the images that no registry has into the node, unless the same are there: pause and the executors. */
export async function loadNodeImages(running: RunningLab, cluster: Cluster): Promise<void> {
  if (!hasStandIn()) say('  lab/stand-in is not there: no stand-in for Kaniko is loaded')
  const { kind, archives } = await executors()
  const all = [await pauseArchive(), ...archives]
  const wanted = all.map((path) => `${path} ${String(statSync(path).mtimeMs)}`).join('\n')
  const record = insidePath(running.init, '/run/hybrid-lab/images')
  if (existsSync(record) && readFileSync(record, 'utf8') === wanted) return
  // Several have the same names: the order decides which image a name means in the end.
  for (const archive of all) await loadArchive(running, cluster, archive)
  writeFileSync(record, wanted)
  writeFileSync(join(cluster.lab.folder, 'executor'), kind)
}

/** Loads an archive of images into the node, unless it was loaded before. */
export async function loadOnce(running: RunningLab, cluster: Cluster, archive: string): Promise<void> {
  const record = insidePath(running.init, '/run/hybrid-lab/loaded')
  const loaded = existsSync(record) ? readFileSync(record, 'utf8') : ''
  const line = `${archive} ${String(statSync(archive).mtimeMs)}\n`
  if (loaded.includes(line)) return
  await loadArchive(running, cluster, archive)
  writeFileSync(record, `${loaded}${line}`)
}

/** Loads an archive of images, in Docker's or OCI's form, into the node. */
export async function loadArchive(running: RunningLab, cluster: Cluster, archive: string): Promise<void> {
  await runInside(running.init, ctr(cluster, 'images', 'import', archive))
}

async function pauseArchive(): Promise<string> {
  const program = await build(findProgram('pause'))
  const layer = join(cacheFolder, 'images', `${basename(program)}.tar`)
  const archive = join(dirname(layer), `${basename(program)}.docker.tar`)
  if (existsSync(archive)) return archive
  await packed(layer, (root) => copyFile(join(program, 'pause'), join(root, 'pause')))
  const settings = { Entrypoint: ['/pause'] }
  await writeArchive(archive, [{ references: [pauseImage], layers: [layer], settings }])
  return archive
}
