import type { ShellCommand } from './shell-script.ts'
import type { ShellWord } from './shell-word.ts'

/** Programs that build images or keep them. */
const ENGINES = ['nerdctl', 'docker', 'podman', 'buildah'] as const
export type Engine = (typeof ENGINES)[number]

/**
 * What a command of a container tool does: `tidy` changes nothing that a build
 * in the cluster would miss; `other` runs containers, or works on images that are there.
 */
export type EngineVerb = 'build' | 'push' | 'tag' | 'login' | 'save' | 'bake' | 'tidy' | 'other'

/** A call of a container tool. */
export interface EngineCommand {
  readonly engine: Engine
  readonly verb: EngineVerb
  /** `build`, `compose build`, `buildx build`, … as it was called. */
  readonly called: string
  /** Flags before the verb, `--namespace=k8s.io` as two words. */
  readonly globals: readonly ShellWord[]
  /** What follows the verb. */
  readonly args: readonly ShellWord[]
  readonly command: ShellCommand
}

/** Words that run another command as it is. */
const WRAPPERS = ['sudo', 'time', 'exec', 'command', 'lima', 'nice', 'env'] as const

/** Flags before the verb that have a value. */
const GLOBALS_WITH_VALUE =
  /^(-[nacHl]|--(namespace|address|host|context|config|log-level|snapshotter|storage-driver|data-root|cgroup-manager|cni-path|cni-netconfpath|hosts-dir|tlscacert|tlscert|tlskey|root|runroot))$/

/** Longest first. */
const VERBS: readonly (readonly [string, EngineVerb])[] = [
  ['buildx imagetools create', 'other'],
  ['buildx bake', 'bake'],
  ['buildx build', 'build'],
  ['buildx b', 'build'],
  ['buildx create', 'tidy'],
  ['buildx inspect', 'tidy'],
  ['buildx install', 'tidy'],
  ['buildx ls', 'tidy'],
  ['buildx prune', 'tidy'],
  ['buildx rm', 'tidy'],
  ['buildx stop', 'tidy'],
  ['buildx use', 'tidy'],
  ['buildx version', 'tidy'],
  ['builder build', 'build'],
  ['builder prune', 'tidy'],
  ['image build', 'build'],
  ['image ls', 'tidy'],
  ['image prune', 'tidy'],
  ['image push', 'push'],
  ['image rm', 'tidy'],
  ['image save', 'save'],
  ['image tag', 'tag'],
  ['compose build', 'bake'],
  ['compose push', 'bake'],
  ['system df', 'tidy'],
  ['system info', 'tidy'],
  ['system prune', 'tidy'],
  ['build', 'build'],
  ['bud', 'build'],
  ['push', 'push'],
  ['tag', 'tag'],
  ['login', 'login'],
  ['save', 'save'],
  ['logout', 'tidy'],
  ['images', 'tidy'],
  ['info', 'tidy'],
  ['ps', 'tidy'],
  ['rmi', 'tidy'],
  ['version', 'tidy'],
  ['--version', 'tidy'],
]

/** The call of a container tool that a command is; undefined for any other command. */
export function engineCommand(command: ShellCommand): EngineCommand | undefined {
  const words = withoutWrappers(command.words)
  const engine = engineOf(words[0])
  const [compose] = words
  if (engine === undefined && (compose === undefined || nameOf(compose) !== 'docker-compose'))
    return undefined
  return engine === undefined && compose !== undefined
    ? called('docker', [], [{ ...compose, text: 'compose' }, ...words.slice(1)], command)
    : callOf(engine ?? 'docker', words.slice(1), command)
}

function callOf(engine: Engine, words: readonly ShellWord[], command: ShellCommand): EngineCommand {
  const { globals, rest } = splitGlobals(words)
  return called(engine, globals, rest, command)
}

function called(
  engine: Engine,
  globals: readonly ShellWord[],
  rest: readonly ShellWord[],
  command: ShellCommand,
): EngineCommand {
  for (const [name, verb] of VERBS) {
    const parts = name.split(' ')
    if (!parts.every((part, at) => rest[at]?.text === part)) continue
    return { engine, verb, called: name, globals, args: rest.slice(parts.length), command }
  }
  return { engine, verb: 'other', called: rest[0]?.text ?? '', globals, args: rest.slice(1), command }
}

/** A command's words without `sudo`, `exec` and the like before them. */
export function withoutWrappers(words: readonly ShellWord[]): readonly ShellWord[] {
  const [first, ...rest] = words
  if (first === undefined || !WRAPPERS.some((each) => each === first.text)) return words
  // Flags of the wrapper, and variables that `env` sets.
  const at = rest.findIndex(
    ({ text }, index) =>
      !/^-|^\w+=/.test(text) && !/^(-[ugn]|--(workdir|shell|user|group))$/.test(rest[index - 1]?.text ?? ''),
  )
  return at === -1 ? [] : withoutWrappers(rest.slice(at))
}

function engineOf(word: ShellWord | undefined): Engine | undefined {
  const name = word === undefined ? undefined : nameOf(word)
  return ENGINES.find((engine) => engine === name)
}

/** A program's name without its folder. */
const nameOf = ({ text }: ShellWord): string =>
  (text.replaceAll(/["']/g, '').split('/').at(-1) ?? '').replace(/\.(exe|lima)$/, '')

function splitGlobals(words: readonly ShellWord[]): {
  readonly globals: readonly ShellWord[]
  readonly rest: readonly ShellWord[]
} {
  const globals: ShellWord[] = []
  let at = 0
  while (words[at]?.text.startsWith('-') === true && words[at]?.text !== '--version') {
    const flag = words[at]
    if (flag !== undefined) globals.push(flag)
    at += 1
    const value = words[at]
    if (flag !== undefined && value !== undefined && GLOBALS_WITH_VALUE.test(flag.text)) {
      globals.push(value)
      at += 1
    }
  }
  return { globals, rest: words.slice(at) }
}
