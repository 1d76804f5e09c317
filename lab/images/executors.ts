import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LabError } from '../command.ts'
import { cacheFolder } from '../places.ts'
import { build, findProgram, hasSources } from '../programs.ts'
import { addBusybox, packed } from './busybox.ts'
import { writeArchive } from './image.ts'
import type { Image } from './image.ts'

/** Which executor runs under Kaniko's name. */
export type ExecutorKind = 'real' | 'stand-in'

const EXECUTOR = 'ghcr.io/osscontainertools/kaniko:v1.28.3'
const DEBUG = `${EXECUTOR}-debug`
const STAND_IN = 'stand-in.lab/kaniko'

/** Archives of images to load into the node, and which executor they hold under Kaniko's own name. */
export interface Executors {
  readonly kind: ExecutorKind
  readonly archives: readonly string[]
}

/** The real executor's archive, if this machine has it and nobody forces the stand-in. Throws a LabError if the named one is missing. */
function realArchive(): string | undefined {
  if (process.env['HYBRID_LAB_EXECUTOR'] === 'stand-in') return undefined
  const wanted = process.env['KANIKO_IMAGE_ARCHIVE']
  if (wanted !== undefined && !existsSync(wanted)) {
    throw new LabError(`KANIKO_IMAGE_ARCHIVE=${wanted}: there is no such file`)
  }
  const path = wanted ?? join(cacheFolder, 'images', 'kaniko.tar')
  return existsSync(path) ? path : undefined
}

/** Whether the real executor would be loaded. */
export function executorKind(): ExecutorKind {
  return realArchive() === undefined ? 'stand-in' : 'real'
}

/** Makes the executors' images: the stand-in always, under Kaniko's name too where the real one is missing. */
export async function executors(): Promise<Executors> {
  const real = realArchive()
  const kind = real === undefined ? 'stand-in' : 'real'
  const standIn = hasStandIn() ? [await standInArchive(kind)] : []
  return { kind, archives: [...(real === undefined ? [] : [real]), ...standIn] }
}

/** Whether the stand-in's sources are there. */
export function hasStandIn(): boolean {
  return hasSources(findProgram('stand-in'))
}

async function standInArchive(kind: ExecutorKind): Promise<string> {
  const program = await build(findProgram('stand-in'))
  const version = basename(program)
  const folder = join(cacheFolder, 'images')
  const layer = join(folder, `${version}.tar`)
  const debugLayer = join(folder, `${version}-debug.tar`)
  if (!existsSync(layer)) {
    await packed(layer, async (root) => {
      await mkdir(join(root, 'kaniko', '.docker'), { recursive: true })
      await copyFile(join(program, 'stand-in'), join(root, 'kaniko', 'executor'))
    })
  }
  if (!existsSync(debugLayer)) await packed(debugLayer, (root) => addBusybox(root, 'busybox'))
  const images = standInImages(kind, layer, debugLayer)
  // Names and settings come from here, not from the program's sources: they are part of what the archive is.
  const contents = createHash('sha256').update(JSON.stringify(images)).digest('hex').slice(0, 8)
  const archive = join(folder, `${version}-${contents}.docker.tar`)
  if (!existsSync(archive)) {
    await mkdir(dirname(archive), { recursive: true })
    await writeArchive(archive, images)
  }
  return archive
}

function standInImages(kind: ExecutorKind, layer: string, debugLayer: string): readonly Image[] {
  const Entrypoint = ['/kaniko/executor']
  const plain = (references: readonly string[], env: readonly string[] = []): Image => ({
    references,
    layers: [layer],
    settings: { Env: ['PATH=/kaniko', ...env], Entrypoint },
  })
  const debug = (references: readonly string[]): Image => ({
    references,
    layers: [layer, debugLayer],
    settings: { Env: ['PATH=/kaniko:/busybox'], Entrypoint },
  })
  const inKanikosName = kind === 'stand-in'
  return [
    plain([`${STAND_IN}:build`, ...(inKanikosName ? [EXECUTOR] : [])]),
    debug([`${STAND_IN}:build-debug`, ...(inKanikosName ? [DEBUG] : [])]),
    ...recordings().map((name) => plain([`${STAND_IN}:${name}`], [`STAND_IN_RECORDING=${name}`])),
  ]
}

/** The names of the recordings that a stand-in can play, and `hang`, with which it never ends. */
function recordings(): readonly string[] {
  const folder = join(import.meta.dirname, '..', 'recordings')
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => !NOT_PLAYED.includes(name))
    .concat('hang')
    .sort()
}

/** Recordings of executors that never started: there is nothing to play. */
const NOT_PLAYED = ['image-invalid', 'image-missing']
