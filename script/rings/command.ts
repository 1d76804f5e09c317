import { spawn } from 'node:child_process'

/** Runs a command with this terminal as its output; true if it exited with 0. */
export function command(words: readonly string[], options: { readonly cwd?: string } = {}): Promise<boolean> {
  const [program = '', ...rest] = words
  return new Promise((resolve) => {
    const child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit'], ...options })
    child.on('error', (error) => {
      console.error(`${program} could not be started: ${error.message}`)
      resolve(false)
    })
    child.on('exit', (code) => resolve(code === 0))
  })
}
