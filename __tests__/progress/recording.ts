import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '../../lab/recordings')

/** Names of all recorded builds. */
export function recordings(): readonly string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

/** The lines that a recorded container printed, without the cluster's timestamps. */
export function recordedLines(name: string): readonly string[] {
  const lines = readFileSync(join(FOLDER, name, 'log.txt'), 'utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => line.slice(line.indexOf(' ') + 1))
}

/** A recording's result.json: pod status, events, arguments. */
export function recordedResult(name: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, name, 'result.json'), 'utf8'))
}

/** The same with the node's timestamps, as the cluster gives them. */
export function recordedLog(name: string): readonly { readonly time: string; readonly text: string }[] {
  const lines = readFileSync(join(FOLDER, name, 'log.txt'), 'utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => {
    const space = line.indexOf(' ')
    return { time: line.slice(0, space), text: line.slice(space + 1) }
  })
}

/** The Dockerfile of a recorded build; empty if it had none. */
export function recordedDockerfile(name: string): string {
  const path = join(FOLDER, name, 'Dockerfile')
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

/** The executor's arguments. */
export function recordedArguments(name: string): readonly string[] {
  // The recordings are the project's own files.
  const { args } = recordedResult(name) as { readonly args?: readonly string[] }
  return args ?? []
}
