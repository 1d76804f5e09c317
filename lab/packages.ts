import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabError, hasProgram, run } from './command.ts'
import { cacheFolder } from './places.ts'
import { say, step } from './progress.ts'

/** The commands that need packages of Debian's. */
type Purpose = 'up' | 'images' | 'buildkit' | 'local' | 'python'

/** Installs the Debian packages that a command needs and this machine lacks, after saying which. */
export async function installPackages(purpose: Purpose = 'up'): Promise<void> {
  if (!(await hasProgram('dpkg-query'))) {
    say('This is no Debian or Ubuntu: the packages in lab/debian-packages.txt are taken to be there.')
    return
  }
  const wanted = wantedPackages(purpose)
  const missing = await missingOf(wanted)
  if (missing.length === 0) return
  say(`Installing with apt-get: ${missing.join(' ')}`)
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  // On a new machine this is the first thing that anybody puts there.
  mkdirSync(cacheFolder, { recursive: true })
  const log = join(cacheFolder, 'apt.log')
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing]
  await step('install Debian packages', '30 s', async () => {
    // The lists are fetched only if what is known is not enough: that takes longer than the packages.
    await run(install, { environment, log }).catch(async () => {
      await run(['apt-get', 'update'], { environment, log })
      await run(install, { environment, log })
    })
  })
}

/** The packages that a command takes from Debian, from debian-packages.txt. */
function wantedPackages(purpose: Purpose): readonly string[] {
  return readFileSync(join(import.meta.dirname, 'debian-packages.txt'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/))
    .filter(([, neededBy = 'up']) => neededBy === purpose)
    .map(([name = '']) => name)
}

async function missingOf(wanted: readonly string[]): Promise<readonly string[]> {
  const format = '--showformat=${Package} ${db:Status-Abbrev}\\n'
  const known = await run([
    'sh',
    '-c',
    'dpkg-query --show "$@" 2>/dev/null || true',
    'query',
    format,
    ...wanted,
  ])
  const installed = new Set(
    known
      .split('\n')
      .filter((line) => / ii\s*$/.test(line))
      .map((line) => line.split(' ')[0]),
  )
  return wanted.filter((name) => !installed.has(name))
}

/** Throws a LabError unless this is Linux with root's rights and the tools that builds need. */
export async function checkMachine(): Promise<void> {
  if (process.platform !== 'linux') throw new LabError('The lab runs on Linux only')
  if (process.getuid?.() !== 0)
    throw new LabError('The lab needs root: its namespaces and mounts are made by root')
  for (const [program, cure] of [
    ['go', 'install Go 1.26 or newer from https://go.dev/dl'],
    // Not `cc`: gcc is what Go calls to build runc.
    ['gcc', 'install a C compiler: apt-get install gcc'],
  ] as const) {
    const found = await run(['sh', '-c', 'command -v "$0"', program], { environment: process.env }).catch(
      () => '',
    )
    if (found === '') throw new LabError(`There is no ${program} on the PATH: ${cure}`)
  }
}
