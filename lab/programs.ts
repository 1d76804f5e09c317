import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { LabError, run } from './command.ts'
import { cacheFolder } from './places.ts'
import { step } from './progress.ts'

/** One Go module of the lab and what is built from it. */
export interface Program {
  readonly name: string
  /** The module's folder, relative to lab/. */
  readonly folder: string
  /** Further folders, relative to lab/, whose files go into the program. */
  readonly ingredients: readonly string[]
  /** The packages to build; each becomes an executable of its last path element's name. */
  readonly packages: readonly string[]
  readonly flags: readonly string[]
  readonly cgo: boolean
  /** Further names for an executable: link → executable. */
  readonly links: Readonly<Record<string, string>>
  /** How long the first build takes on two cores, for people. */
  readonly usually: string
}

const KUBERNETES = '1.34.4'

/** The Kubernetes version that the lab runs, as the API server reports it. */
export const kubernetesVersion = `v${KUBERNETES}`

const versionFlags = [
  `-X k8s.io/component-base/version.gitVersion=v${KUBERNETES}`,
  `-X k8s.io/component-base/version.gitMajor=${KUBERNETES.split('.')[0] ?? ''}`,
  `-X k8s.io/component-base/version.gitMinor=${KUBERNETES.split('.')[1] ?? ''}`,
  `-X k8s.io/client-go/pkg/version.gitVersion=v${KUBERNETES}`,
].join(' ')

function program(name: string, usually: string, rest: Partial<Program> & { linker?: string } = {}): Program {
  const { linker = '', flags = [], ...others } = rest
  return {
    name,
    folder: `programs/${name}`,
    ingredients: [],
    packages: ['.'],
    cgo: false,
    links: {},
    usually,
    ...others,
    flags: ['-trimpath', '-buildvcs=false', '-ldflags', `-s -w ${linker}`.trim(), ...flags],
  }
}

const containerdModule = 'github.com/containerd/containerd/v2'

const buildkitModule = 'github.com/moby/buildkit'

const buildxModule = 'github.com/docker/buildx'

/** Every program that the lab can build, in the order in which it builds them. */
export const programs: readonly Program[] = [
  program('kubernetes', '6 min', { linker: versionFlags, links: { kubectl: 'kubernetes' } }),
  program('containerd', '70 s', {
    packages: ['containerd', 'containerd-shim-runc-v2', 'ctr'].map(
      (name) => `${containerdModule}/cmd/${name}`,
    ),
    linker: `-X ${containerdModule}/version.Version=v2.2.3`,
  }),
  // runc needs C: its first step runs before Go's runtime may start threads, and seccomp is a C library.
  program('runc', '20 s', {
    packages: ['github.com/opencontainers/runc'],
    linker: '-X main.version=1.3.6',
    flags: ['-tags', 'seccomp'],
    cgo: true,
  }),
  // buildctl and the daemon; the image of both has this lab's runc, too.
  program('buildkit', '2 min', {
    packages: ['buildkitd', 'buildctl'].map((name) => `${buildkitModule}/cmd/${name}`),
    linker: `-X ${buildkitModule}/version.Version=v0.34.2`,
  }),
  // A plugin of docker: its file is found as docker-buildx in a folder that the client's config names.
  program('buildx', '40 s', {
    packages: [`${buildxModule}/cmd/buildx`],
    linker: `-X ${buildxModule}/version.Version=v0.38.2`,
    links: { 'docker-buildx': 'buildx' },
  }),
  program('coredns', '60 s'),
  program('registry', '30 s'),
  program('pause', '2 s'),
  program('stand-in', '30 s', { folder: 'stand-in', ingredients: ['recordings'] }),
  program('act', '90 s', { packages: ['github.com/nektos/act'], linker: '-X main.version=0.2.89' }),
  // Breaks connections for tests of faults; nothing else needs it.
  program('toxiproxy', '15 s', {
    packages: ['github.com/Shopify/toxiproxy/v2/cmd/server'],
    links: { 'toxiproxy-server': 'server' },
  }),
  program('actionlint', '10 s', { packages: ['github.com/rhysd/actionlint/cmd/actionlint'] }),
]

/** The programs without which no cluster runs. */
export const clusterPrograms = ['kubernetes', 'containerd', 'runc', 'coredns', 'registry', 'pause'] as const

/** Finds a program by its name, or by the name of an executable in it (kubectl, ctr). Throws a LabError. */
export function findProgram(name: string): Program {
  const found =
    programs.find((one) => one.name === name) ?? programs.find((one) => executables(one).includes(name))
  if (found) return found
  throw new LabError(`no program is called ${name}; there are: ${programs.map((one) => one.name).join(', ')}`)
}

function executables(one: Program): readonly string[] {
  const own = one.packages.map((path) => (path === '.' ? one.name : basename(path)))
  return [...own, ...Object.keys(one.links)]
}

/** Whether what a program is built from is there. */
export function hasSources(one: Program): boolean {
  return existsSync(join(sourceFolder(one), one.packages.includes('.') ? 'main.go' : 'go.mod'))
}

function sourceFolder(one: Program): string {
  return join(import.meta.dirname, one.folder)
}

/** Builds a program unless the same sources, flags and Go version were built before; returns its folder. */
export async function build(one: Program): Promise<string> {
  const folder = await builtFolder(one)
  if (existsSync(folder)) {
    // Its time says when it was last wanted.
    utimesSync(folder, new Date(), new Date())
    return folder
  }
  removeUnused(dirname(folder))
  mkdirSync(dirname(folder), { recursive: true })
  // Under a temporary name until it is complete: what an interrupted build leaves is never taken for a program.
  const unfinished = `${folder}.${String(process.pid)}.unfinished`
  const log = `${folder}.log`
  rmSync(log, { force: true })
  await step(`build ${one.name}`, `${one.usually} the first time`, async () => {
    const command = ['go', 'build', ...one.flags, '-o', `${unfinished}/`, ...one.packages]
    const environment = { ...process.env, CGO_ENABLED: one.cgo ? '1' : '0' }
    try {
      await run(command, { directory: sourceFolder(one), environment, log })
      for (const [link, target] of Object.entries(one.links)) symlinkSync(target, join(unfinished, link))
      if (!existsSync(folder)) renameSync(unfinished, folder)
    } finally {
      rmSync(unfinished, { recursive: true, force: true })
    }
  })
  return folder
}

const UNUSED_DAYS = 14

/** Removes what was built for sources that nobody has wanted for two weeks. */
function removeUnused(folder: string): void {
  if (!existsSync(folder)) return
  const oldest = Date.now() - UNUSED_DAYS * 24 * 3600 * 1000
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).mtimeMs < oldest) rmSync(path, { recursive: true, force: true })
  }
}

/** The path of an executable, building its program first if need be. Throws a LabError. */
export async function executable(name: string): Promise<string> {
  const one = findProgram(name)
  return join(await build(one), name)
}

async function builtFolder(one: Program): Promise<string> {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([await goVersion(), one.packages, one.flags, one.cgo, one.links]))
  for (const folder of [one.folder, ...one.ingredients].map((path) => join(import.meta.dirname, path))) {
    for (const path of sourceFiles(folder))
      hash.update(`\0${path}\0`).update(readFileSync(join(folder, path)))
  }
  return join(cacheFolder, 'programs', `${one.name}-${hash.digest('hex').slice(0, 16)}`)
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.endsWith('_test.go') && statSync(join(folder, path)).isFile())
    .sort()
}

async function goVersion(): Promise<string> {
  return run(['go', 'env', 'GOVERSION', 'GOOS', 'GOARCH'], { environment: process.env })
}
