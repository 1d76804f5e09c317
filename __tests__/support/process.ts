import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

/** A process that has ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Standard output and error, as they came. */
  readonly output: string
}

/** A process that runs, and what it has printed so far. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when the output contains `text`; rejects if the process ends without. */
  printed(text: string): Promise<void>
}

export interface StartOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Starts a program with an environment of exactly `env` (and PATH, HOME). */
export function start(words: readonly string[], options: StartOptions = {}): Running {
  const [program = '', ...rest] = words
  const child = spawn(program, rest, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const listeners = new Set<() => void>()
  const take = (chunk: Buffer): void => {
    output += chunk.toString()
    for (const listener of listeners) listener()
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, output }))
  })
  return { child, ended, printed: (text) => printed(text, () => output, listeners, ended) }
}

/** Runs a program to its end. */
export function run(words: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return start(words, options).ended
}

async function printed(
  text: string,
  output: () => string,
  listeners: Set<() => void>,
  ended: Promise<Ended>,
): Promise<void> {
  let listener: (() => void) | undefined
  const seen = new Promise<boolean>((resolve) => {
    listener = () => {
      if (output().includes(text)) resolve(true)
    }
    listeners.add(listener)
    listener()
  })
  const found = await Promise.race([seen, ended.then(() => output().includes(text))])
  if (listener) listeners.delete(listener)
  if (!found) throw new Error(`the process ended without printing «${text}»; it printed:\n${output()}`)
}
