import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { load } from 'js-yaml'

import type { Processes } from '../local/processes.ts'
import type { Program } from './doctor-ports.ts'

/** This copy of the program. `entry`: path of what was started, in dist/ or in src/. */
export function programAt(entry: string, commands: readonly string[], processes: Processes): Program {
  const folder = dirname(entry)
  const root = dirname(folder)
  const cli = join(folder, entry.endsWith('.ts') ? 'cli.ts' : 'cli.js')
  return {
    commands,
    async help(command, signal) {
      const words = { program: process.execPath, args: [cli, 'help', command], env: process.env }
      const { exitCode, stdout, notStarted } = await processes.ask(words, signal)
      if (exitCode === 0 && stdout.trim() !== '') return undefined
      return notStarted ?? `its help ends with status ${exitCode ?? 'none'}`
    },
    async actions() {
      const folders = await readdir(root, { withFileTypes: true }).catch(() => [])
      const paths = [
        'action.yml',
        ...folders.filter((one) => one.isDirectory()).map(({ name }) => `${name}/action.yml`),
      ]
      const there = paths.filter((path) => existsSync(join(root, path)))
      return Promise.all(there.map(async (path) => ({ path, trouble: await troubleWith(join(root, path)) })))
    },
  }
}

/** What keeps GitHub’s runner from starting an action; undefined: nothing. */
async function troubleWith(path: string): Promise<string | undefined> {
  let action: unknown
  try {
    action = load(await readFile(path, 'utf8'))
  } catch {
    return 'cannot be read as YAML'
  }
  const runs = isMapping(action) && isMapping(action['runs']) ? action['runs'] : undefined
  if (runs === undefined) return 'does not say what it runs'
  if (runs['using'] === 'composite') return undefined
  const files = ['pre', 'main', 'post'].flatMap((phase) =>
    typeof runs[phase] === 'string' ? [runs[phase]] : [],
  )
  const missing = files.find((file) => !existsSync(join(dirname(path), file)))
  if (files.length === 0) return 'starts nothing'
  return missing === undefined ? undefined : `starts ${missing}, which is not there`
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
