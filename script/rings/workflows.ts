import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'

import { cacheFolder } from '../../lab/places.ts'
import { command } from './command.ts'
import { single, total } from './tally.ts'
import type { Tally } from './tally.ts'

/** Name, version and hashes: pip installs nothing else. */
const PINNED = join(import.meta.dirname, 'zizmor.txt')

/** What is looked at, how closely, and what is not followed: examples are not told to have what only this project needs. */
interface Look {
  readonly folder: string
  readonly persona: string
  readonly config: string
  /** Paths for zizmor, which finds workflows by itself only where GitHub does. */
  readonly paths: readonly string[]
}

const EXAMPLES = 'examples/workflows'

const LOOKS: readonly Look[] = [
  { folder: '.', persona: 'auditor', config: '.github/zizmor.yml', paths: ['.'] },
  {
    folder: EXAMPLES,
    persona: 'regular',
    config: '.github/zizmor-examples.yml',
    paths: readdirSync(EXAMPLES).map((name) => join(EXAMPLES, name)),
  },
]

/** Looks at all workflows and actions with zizmor, offline; skipped where pip cannot fetch it. */
export async function workflows(): Promise<Tally> {
  const { program, reason } = zizmor()
  if (program === undefined) {
    return {
      ...total([]),
      skipped: LOOKS.map(({ folder }) => `workflows in ${folder}, by zizmor: ${reason}`),
    }
  }
  const tallies: Tally[] = []
  for (const { folder, persona, config, paths } of LOOKS) {
    const words = ['--offline', '--no-progress', '--quiet', '--config', config, '--persona', persona]
    tallies.push(single(`workflows in ${folder}, by zizmor`, await command([program, ...words, ...paths])))
  }
  return total(tallies)
}

/** Path of the program, fetched the first time; or why there is none. */
function zizmor(): { readonly program?: string; readonly reason: string } {
  const version = createHash('sha256').update(readFileSync(PINNED)).digest('hex').slice(0, 12)
  const folder = join(cacheFolder, 'programs', `zizmor-${version}`)
  const program = join(folder, 'bin', 'zizmor')
  if (existsSync(program)) return { program, reason: '' }
  mkdirSync(join(cacheFolder, 'programs'), { recursive: true })
  const unfinished = mkdtempSync(`${folder}-`)
  try {
    console.log('Fetching zizmor from PyPI (10 MB) ...')
    const words = ['--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes', '--requirement', PINNED]
    const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', ...words, '--target', unfinished]
    const { status, stderr, error } = spawnSync('python3', pip, { encoding: 'utf8', timeout: 120_000 })
    if (status !== 0) {
      return { reason: `skipped, pip cannot fetch it (${error?.message ?? lastLine(stderr)})` }
    }
    renameSync(unfinished, folder)
    return { program, reason: '' }
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
