import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { run } from '../command.ts'
import { cacheFolder } from '../places.ts'
import { build, executable, findProgram } from '../programs.ts'
import { installPackages } from '../packages.ts'
import { busybox, packed } from './busybox.ts'
import { type ImageSettings, writeArchive } from './image.ts'
import { copyWithLibraries } from './libraries.ts'

/** The name that the published image has. */
const BUILDKIT = 'docker.io/moby/buildkit:v0.34.2'

/** Programs with which BuildKit clones contexts. */
const GIT = [
  '/usr/bin/git',
  ...['git-remote-http', 'git-submodule', 'git-sh-setup', 'git-sh-i18n'].map(
    (name) => `/usr/lib/git-core/${name}`,
  ),
]

/** What the rootless image has besides: a user namespace of its own, made without being root. */
const ROOTLESS = ['/usr/bin/rootlesskit', '/usr/bin/newuidmap', '/usr/bin/newgidmap']

/** The user that the rootless image runs as, and the ids that it may give to others. */
const USER = { id: '1000', subordinate: 'user:100000:65536\n' } as const

/** Makes an archive of BuildKit's two images, laid out as the published ones: daemon, client, runc, git and a shell. */
export async function buildkitArchive(): Promise<string> {
  await installPackages('buildkit')
  const program = await build(findProgram('buildkit'))
  const runc = await executable('runc')
  const folder = join(cacheFolder, 'images')
  const parts = createHash('sha256')
    .update(JSON.stringify([runc, GIT, ROOTLESS, USER, 3]))
    .digest('hex')
  const version = `${basename(program)}-${parts.slice(0, 8)}`
  const layer = join(folder, `${version}.tar`)
  const rootlessLayer = join(folder, `${version}-rootless.tar`)
  if (!existsSync(layer)) await packed(layer, (root) => addBuildkit(root, program, runc))
  if (!existsSync(rootlessLayer)) await packed(rootlessLayer, addRootless)
  const { image } = await busybox()
  const archive = join(folder, `${version}.docker.tar`)
  if (existsSync(archive)) return archive
  await mkdir(dirname(archive), { recursive: true })
  const layers = [...image.layers, layer]
  await writeArchive(archive, [
    { references: [BUILDKIT], layers, settings: { Env: PATH, Entrypoint: ['buildkitd'] } },
    { references: [`${BUILDKIT}-rootless`], layers: [...layers, rootlessLayer], settings: ROOTLESS_SETTINGS },
  ])
  return archive
}

const PATH = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']

const ROOTLESS_SETTINGS: ImageSettings = {
  Env: [
    ...PATH,
    'HOME=/home/user',
    'USER=user',
    'XDG_RUNTIME_DIR=/run/user/1000',
    'TMPDIR=/home/user/.local/tmp',
    'BUILDKIT_HOST=unix:///run/user/1000/buildkit/buildkitd.sock',
  ],
  Entrypoint: ['rootlesskit', 'buildkitd'],
  User: '1000:1000',
}

async function addBuildkit(root: string, program: string, runc: string): Promise<void> {
  const bin = join(root, 'usr', 'bin')
  await mkdir(bin, { recursive: true })
  for (const name of ['buildkitd', 'buildctl']) await copyFile(join(program, name), join(bin, name))
  await copyWithLibraries(runc, root, '/usr/bin/buildkit-runc')
  for (const path of GIT) await copyWithLibraries(path, root, path)
}

async function addRootless(root: string): Promise<void> {
  for (const path of ROOTLESS) await copyWithLibraries(path, root, path)
  // As in the published image: as root's programs they would need the right to administer the system, which no pod has.
  for (const [name, capability] of [
    ['newuidmap', 'cap_setuid'],
    ['newgidmap', 'cap_setgid'],
  ] as const) {
    await run(['chmod', 'u-s', join(root, 'usr', 'bin', name)])
    await run(['setcap', `${capability}+ep`, join(root, 'usr', 'bin', name)])
  }
  await mkdir(join(root, 'etc'))
  await writeFile(
    join(root, 'etc', 'passwd'),
    'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n',
  )
  await writeFile(join(root, 'etc', 'group'), 'root:x:0:\nuser:x:1000:\n')
  for (const name of ['subuid', 'subgid']) await writeFile(join(root, 'etc', name), USER.subordinate)
  for (const path of ['run/user/1000', 'home/user/.local/tmp', 'home/user/.local/share/buildkit']) {
    await mkdir(join(root, path), { recursive: true })
  }
  await run(['chown', '-R', `${USER.id}:${USER.id}`, join(root, 'run/user/1000'), join(root, 'home/user')])
}
