import { posix } from 'node:path'

import { scriptAt } from './called-scripts.ts'
import { engineCommand } from './engine-command.ts'
import type { Repository } from './repository.ts'
import { readScript } from './shell-script.ts'
import type { ShellStatement } from './shell-script.ts'
import type { Job, Step } from './workflow-file.ts'

/**
 * The job with the text of a script in the place of a step that does nothing but run it:
 * what builds there becomes steps of the workflow. Steps in `except` stay as they are.
 */
export function inlineScripts(job: Job, repository: Repository, except: ReadonlySet<number>): Job {
  const folder = job.defaults.workingDirectory ?? '.'
  const steps = job.steps.map((step) => (except.has(step.index) ? step : inlined(step, folder, repository)))
  return { ...job, steps }
}

function inlined(step: Step, folder: string, repository: Repository): Step {
  const path = scriptOf(step)
  if (path === undefined) return step
  const found = scriptAt(path, posix.normalize(step.workingDirectory ?? folder), repository)
  if (found === undefined || !standsAlone(found.script)) return step
  const script = found.script.replace(/^#!.*\n/, '\n')
  return { ...step, run: { script, file: found.file, lineOf: (line) => line + 1 } }
}

/** The path of the script that a step runs, where it does nothing else and gives it no arguments. */
function scriptOf({ run }: Step): string | undefined {
  if (run === undefined) return undefined
  const [statement, more] = readScript(run.script).statements
  const [command, another] = statement?.commands ?? []
  if (
    more !== undefined ||
    another !== undefined ||
    statement?.nesting !== undefined ||
    statement?.mayFail === true
  )
    return undefined
  const words = command?.words.map(({ text }) => text) ?? []
  if (command?.isRedirected === true || words.length === 0) return undefined
  const [first = '', second, third] = words
  if (/^(bash|sh)$/.test(first)) return third === undefined ? second : undefined
  return second === undefined && first.endsWith('.sh') && first.includes('/') ? first : undefined
}

/** Whether a script builds, and would do the same as part of a step: nothing in it is about the script itself. */
function standsAlone(script: string): boolean {
  if (/\$[0-9@*#]|\$\{[0-9@*#]|BASH_SOURCE|\bexit 0\b/.test(script)) return false
  const { statements, error } = readScript(script)
  const builds = statements.some(({ commands }) =>
    commands.some((command) => engineCommand(command) !== undefined),
  )
  // A step ends where a command fails; so must the script, if it has commands that could.
  return (
    error === undefined &&
    builds &&
    (/^\s*set\s+-\w*e|^#!.*\s-\w*e/m.test(script) || statements.every(isSafe))
  )
}

function isSafe({ commands: [command] }: ShellStatement): boolean {
  if (command === undefined || engineCommand(command) !== undefined) return true
  return /^(|set|cd|export|echo|printf)$/.test(command.words[0]?.text ?? '')
}
