import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a process of the action has used by its end. */
export interface Usage {
  /** The most memory that it had (`VmHWM`), in MiB. */
  readonly peakMiB: number
  /** User's and system's. */
  readonly cpuSeconds: number
}

/** Has processes of node write down what they used; post's is after main's in the same file. */
export interface UsageFiles {
  /** Environment variables of the process with this number. */
  readonly env: (at: number) => Readonly<Record<string, string>>
  /** Main's. */
  readonly of: (at: number) => Usage
  readonly dispose: () => void
}

/** As JavaScript for `--require`: to load it costs nothing that could be measured. */
const AT_EXIT = `process.on('exit', () => {
  const fs = require('node:fs')
  const { user, system } = process.cpuUsage()
  const peak = /VmHWM:\\s+(\\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]
  fs.appendFileSync(process.env.BENCHMARK_USAGE, peak + ' ' + (user + system) + '\\n')
})
`

export function usageFiles(): UsageFiles {
  const folder = mkdtempSync(join(tmpdir(), 'usage-'))
  const required = join(folder, 'at-exit.cjs')
  writeFileSync(required, AT_EXIT)
  const fileOf = (at: number): string => join(folder, at.toString())
  return {
    env: (at) => ({ NODE_OPTIONS: `--require=${required}`, BENCHMARK_USAGE: fileOf(at) }),
    of: (at) => {
      const [kibibytes, microseconds] = readFileSync(fileOf(at), 'utf8').split(/\s/)
      return { peakMiB: Number(kibibytes) / 1024, cpuSeconds: Number(microseconds) / 1e6 }
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}
