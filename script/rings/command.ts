import { spawn } from 'node:child_process'

/** Runs a command with this terminal as its output; true if it exited with 0 before it was ended at its limit. */
export function command(words: readonly string[], limitMinutes = 30): Promise<boolean> {
  const [program = '', ...rest] = words
  return new Promise((resolve) => {
    const child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit'] })
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
