import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, copyFile, cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { run } from '../command.ts'
import { cacheFolder } from '../places.ts'
import { step } from '../progress.ts'
import { busybox, packed } from './busybox.ts'
import type { Image } from './image.ts'
import { copyWithLibraries } from './libraries.ts'

/** Name and version of the clients that official images have and this machine's toolchain need not. */
const NPM = 'npm@11.21.2'
const PIP = 'pip==26.2'

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * A language's toolchain as an image: this machine's own, on busybox, under the name
 * of the official one on Alpine, whose shell and tools are busybox's too. What needs
 * `apk` or musl does not find it.
 */
interface Toolchain {
  readonly repository: string
  readonly tags: readonly string[]
  readonly Env: readonly string[]
  /** What it is made of: another version is another layer. */
  readonly version: () => Promise<string>
  readonly fill: (root: string) => Promise<void>
}

export const TOOLCHAINS: Readonly<Record<string, Toolchain>> = {
  node: {
    repository: 'library/node',
    tags: ['24-alpine'],
    Env: [`PATH=${PATH}`],
    version: () => Promise.resolve(`${NODE} ${NPM}`),
    fill: addNode,
  },
  python: {
    repository: 'library/python',
    tags: ['3-alpine'],
    Env: [`PATH=${PATH}`, 'LANG=C.UTF-8'],
    version: async () => `${await run([PYTHON, '--version'])} ${PIP}`,
    fill: addPython,
  },
  golang: {
    repository: 'library/golang',
    tags: ['1.26-alpine'],
    Env: [`PATH=/go/bin:/usr/local/go/bin:${PATH}`, 'GOPATH=/go', 'GOTOOLCHAIN=local'],
    version: () => run(['go', 'version'], { environment: process.env }),
    fill: addGo,
  },
}

/** The image of a toolchain, made once for each version of it. Throws a LabError if it cannot be made. */
export async function toolchainImage(name: string, toolchain: Toolchain): Promise<Image> {
  const { image } = await busybox()
  const key = createHash('sha256')
    .update(`${await toolchain.version()} 1`)
    .digest('hex')
    .slice(0, 12)
  const layer = join(cacheFolder, 'images', `${name}-${key}.tar`)
  if (!existsSync(layer)) {
    await step(`make an image of ${name}`, '10 s', () =>
      packed(layer, async (root) => {
        // Where scripts look for it; busybox's own links are all in /bin.
        await mkdir(join(root, 'usr/bin'), { recursive: true })
        await symlink('/bin/busybox', join(root, 'usr/bin/env'))
        await toolchain.fill(root)
      }),
    )
  }
  return { ...image, layers: [...image.layers, layer], settings: { Env: toolchain.Env, Cmd: ['sh'] } }
}

/** The Node 24 that the project itself runs on, from the npm registry. */
const NODE = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin/node')

async function addNode(root: string): Promise<void> {
  await copyWithLibraries(NODE, root, '/usr/local/bin/node')
  const words = ['npm', 'install', '--global', '--ignore-scripts', '--prefix', join(root, 'usr/local'), NPM]
  await run(words, { environment: process.env })
}

/** Debian's: it knows where its library is, and is found there in the image as well. */
const PYTHON = '/usr/bin/python3'

async function addPython(root: string): Promise<void> {
  const ask = (code: string) => run([PYTHON, '-c', `import sys, sysconfig; print(${code}, end="")`])
  const library = await ask('sysconfig.get_path("stdlib")')
  const packages = await ask('sysconfig.get_path("purelib")')
  const leftOut = /\/(__pycache__|test|idlelib|tkinter|config-[^/]*|EXTERNALLY-MANAGED)$/
  await cp(library, join(root, library), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !leftOut.test(path),
  })
  await copyWithLibraries(PYTHON, root, '/usr/bin/python3')
  const modules = join(root, library, 'lib-dynload')
  for (const name of (await run(['ls', modules])).trim().split('\n')) {
    await copyWithLibraries(join(library, 'lib-dynload', name), root, join(library, 'lib-dynload', name))
  }
  // The pip of whoever made the lab, which may be another Python's: what it installs is Python alone.
  const words = ['install', '--quiet', '--no-deps', '--no-compile', '--target', join(root, packages), PIP]
  await run(['python3', '-m', 'pip', ...words], { environment: process.env })
  await rm(join(root, packages, 'bin'), { recursive: true })
  const bin = join(root, 'usr/local/bin')
  await mkdir(bin, { recursive: true })
  for (const name of ['python', 'python3']) await symlink('/usr/bin/python3', join(bin, name))
  await writeFile(join(bin, 'pip'), '#!/bin/sh\nexec python3 -m pip "$@"\n')
  await chmod(join(bin, 'pip'), 0o755)
}

async function addGo(root: string): Promise<void> {
  const from = (await run(['go', 'env', 'GOROOT'], { environment: process.env })).trim()
  const to = join(root, 'usr/local/go')
  await mkdir(to, { recursive: true })
  for (const part of ['bin', 'lib', 'pkg', 'src'])
    await cp(join(from, part), join(to, part), { recursive: true })
  for (const file of ['VERSION', 'go.env']) await copyFile(join(from, file), join(to, file))
}
