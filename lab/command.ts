import { spawn } from 'node:child_process'
import { createWriteStream, readFileSync } from 'node:fs'
import { homedir } from 'node:os'

/** The environment of everything that runs in the lab: nothing of the caller's (proxies, tokens) reaches it. */
export const cleanEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: homedir(),
  LANG: 'C.UTF-8',
}

/** Something the lab needs is missing or failed; the message says what, where to look and what to do. */
export class LabError extends Error {
  override readonly name = 'LabError'
}

export interface CommandOptions {
  readonly directory?: string
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Where the output goes when it is long; it is named, with its last lines, when the command fails. */
  readonly log?: string
}

/**
 * Runs a command to its end and returns its standard output (empty with `log`).
 * Throws a LabError with the command, its exit code and the last lines it printed.
 */
export async function run(command: readonly string[], options: CommandOptions = {}): Promise<string> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: options.directory,
    env: { ...(options.environment ?? cleanEnvironment) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log = options.log === undefined ? undefined : createWriteStream(options.log, { flags: 'a' })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    if (log) log.write(chunk)
    else stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    if (log) log.write(chunk)
    else stderr += chunk.toString()
  })
  const end = await new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => {
      resolve(error.message)
    })
    child.on('close', (code, signal) => {
      resolve(code === 0 ? undefined : (signal ?? `exit code ${String(code)}`))
    })
  })
  if (log) await new Promise<void>((resolve) => log.end(resolve))
  if (end === undefined) return stdout
  const output = options.log === undefined ? stderr + stdout : lastLines(options.log)
  const where = options.log === undefined ? '' : `\nThe whole output: ${options.log}`
  throw new LabError(`${command.join(' ')}: ${end}\n${output.trimEnd()}${where}`)
}

/** The last lines of a text file, or a remark that there are none. */
export function lastLines(path: string, count = 15): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
  } catch {
    return '(nothing was written)'
  }
}

/** Whether a program of this name is on the lab's own PATH. */
export async function hasProgram(name: string): Promise<boolean> {
  return run(['sh', '-c', 'command -v "$0"', name]).then(
    () => true,
    () => false,
  )
}
