import { posix } from 'node:path'

import { engineCommand, withoutWrappers } from './engine-command.ts'
import type { EngineCommand } from './engine-command.ts'
import { makeRecipes } from './make-recipes.ts'
import type { Repository } from './repository.ts'
import { readScript } from './shell-script.ts'
import type { ShellCommand } from './shell-script.ts'

/** A container tool's command in a file that a step runs. */
export interface CalledCommand {
  readonly file: string
  /** One-based. */
  readonly line: number
  readonly engine: EngineCommand
}

/** Scripts call scripts, and not for ever. */
const DEPTH = 5

/**
 * The container tools' commands in the files that `command` runs: scripts of
 * the repository, recipes of its Makefiles, scripts of its package.json.
 */
export function calledBy(
  command: ShellCommand,
  directory: string,
  repository: Repository,
  depth = DEPTH,
): readonly CalledCommand[] {
  if (depth === 0) return []
  return partsCalled(command, directory, repository).flatMap(({ file, line, script }) =>
    readScript(script)
      .statements.flatMap(({ commands }) => commands)
      .flatMap((inner) => {
        const engine = engineCommand(inner)
        if (engine !== undefined) return [{ file, line: line + inner.line, engine }]
        return calledBy(inner, directory, repository, depth - 1)
      }),
  )
}

/** Shell text in a file, from a one-based line on. */
interface Part {
  readonly file: string
  readonly line: number
  readonly script: string
}

function partsCalled(command: ShellCommand, directory: string, repository: Repository): readonly Part[] {
  const words = withoutWrappers(command.words).map(({ text }) => text.replaceAll(/["']/g, ''))
  const name = words[0] ?? ''
  const args = words.slice(1)
  if (name === 'make' || name === 'gmake') return makeParts(args, directory, repository)
  if (['npm', 'yarn', 'pnpm', 'bun'].includes(name)) return packageParts(args, directory, repository)
  const isShell = ['bash', 'sh', 'source', '.', 'dash', 'zsh'].includes(name)
  const path = isShell ? args.find((word) => !word.startsWith('-')) : name
  if (path === undefined || (!isShell && !path.includes('/'))) return []
  return scriptParts(path, directory, repository)
}

function scriptParts(path: string, directory: string, repository: Repository): readonly Part[] {
  const found = scriptAt(path, directory, repository)
  return found === undefined ? [] : [{ ...found, line: 1 }]
}

/** The shell script of that path, seen from a directory or from the repository's root. */
export function scriptAt(
  path: string,
  directory: string,
  repository: Repository,
): { readonly file: string; readonly script: string } | undefined {
  for (const file of [posix.join(directory, path), posix.normalize(path)]) {
    const script = repository.read(file)
    if (script === undefined) continue
    // What begins with another interpreter's name is none for a shell.
    return /^#!(?!.*\b(ba|da|z)?sh\b)/.test(script) ? undefined : { file, script }
  }
  return undefined
}

function makeParts(args: readonly string[], directory: string, repository: Repository): readonly Part[] {
  const valueOf = (flag: string): string | undefined => {
    const at = args.indexOf(flag)
    return at === -1
      ? args.find((arg) => arg.startsWith(flag) && arg !== flag)?.slice(flag.length)
      : args[at + 1]
  }
  const folder = posix.join(directory, valueOf('-C') ?? '.')
  const named = valueOf('-f')
  const targets = args.filter(
    (arg, at) => !arg.startsWith('-') && !arg.includes('=') && !/^-[Cfj]$/.test(args[at - 1] ?? ''),
  )
  for (const name of named === undefined ? ['GNUmakefile', 'makefile', 'Makefile'] : [named]) {
    const file = posix.join(folder, name)
    const source = repository.read(file)
    if (source !== undefined) return makeRecipes(source, targets).map((recipe) => ({ file, ...recipe }))
  }
  return []
}

/** `npm run NAME`: its line of package.json. */
function packageParts(args: readonly string[], directory: string, repository: Repository): readonly Part[] {
  const file = posix.join(directory, 'package.json')
  const source = repository.read(file)
  const name = args.find((arg) => !arg.startsWith('-') && arg !== 'run')
  if (source === undefined || name === undefined) return []
  const script = scriptsOf(source)[name]
  if (typeof script !== 'string') return []
  const line = source.split('\n').findIndex((each) => each.trimStart().startsWith(`${JSON.stringify(name)}:`))
  return [{ file, line: line + 1, script }]
}

function scriptsOf(source: string): Readonly<Record<string, unknown>> {
  try {
    const { scripts } = JSON.parse(source) as { readonly scripts?: Readonly<Record<string, unknown>> }
    return scripts ?? {}
  } catch {
    return {}
  }
}
