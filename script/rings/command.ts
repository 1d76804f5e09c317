import { spawn } from 'node:child_process'

/** How a command runs; see `command`. */
export interface CommandOptions {
  readonly limitMinutes?: number
  /** More environment variables. */
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a command with this terminal as its output; true if it exited with 0 before it was ended at its limit. */
export function command(
  words: readonly string[],
  { limitMinutes = 30, env = {} }: CommandOptions = {},
): Promise<boolean> {
  const [program = '', ...rest] = words
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    // Not spawn's own `timeout`: that one goes on counting for a program that could not be started.
    const limit = setTimeout(() => child.kill(), limitMinutes * 60_000)
    child.on('error', (error) => {
      clearTimeout(limit)
      console.error(`${program} could not be started: ${error.message}`)
      resolve(false)
    })
    child.on('exit', (code, signal) => {
      clearTimeout(limit)
      if (signal !== null) {
        console.error(`${words.join(' ')} was ended by ${signal}; its limit is ${limitMinutes} min`)
      }
      resolve(code === 0)
    })
  })
}
