import { parseArgs } from 'node:util'

import { nearest } from '../failure/nearest.ts'
import { DOCTOR_INPUTS, OWN_INPUTS } from '../doctor/options.ts'
import { BUILDERS } from '../request/builder-choice.ts'
import type { InputName } from '../request/inputs.generated.ts'
import { INPUT_NAMES } from '../request/inputs.generated.ts'
import type { Command, GivenInputs } from './command.ts'
import { isBoolean } from './input-help.ts'
import { parseMigrate } from './parse-migrate.ts'
import { parseRegistryWords } from './registry-words.ts'

/** Flags under other names, as scripts and docker have them. */
const ALIASES: Readonly<Record<string, InputName>> = { image: 'tags', dockerfile: 'file' }
const SHORT: Readonly<Record<string, InputName>> = { t: 'tags', f: 'file', n: 'namespace' }

/** Builders that begin the short form `METHOD DOCKERFILE IMAGE CONTEXT`. */
export const METHODS = ['auto', ...BUILDERS] as const

export const COMMANDS = ['build', 'template', 'clean', 'migrate', 'registry', 'doctor', 'help'] as const

/** Inputs that say which cluster; the others are about a build. */
const OF_CLUSTER: readonly InputName[] = ['kubeconfig', 'kube-context', 'namespace']

/** Reads what was typed after the program's name; all mistakes at once. */
export function parseCommand(words: readonly string[]): Command {
  if (words[0] === 'migrate') return parseMigrate(words.slice(1))
  if (words[0] === 'registry' && !words.some((word) => word === '--help' || word === '-h'))
    return parseRegistryWords(words.slice(1))
  const read = readWords(words)
  const { positionals, flags } = read
  const [first, ...rest] = positionals
  if (flags.get('version') === 'true') return { kind: 'version' }
  if (flags.get('help') === 'true' || words.length === 0) return { kind: 'help', topic: first }
  if (first === 'help') return { kind: 'help', topic: rest[0] }
  const typed = { ...read, mistakes: [...read.mistakes, ...strayFlags(first, flags)] }
  if (first === 'clean') return cleanOf(typed, rest)
  if (first === 'template') return templateOf(typed, rest)
  if (first === 'doctor') return doctorOf(typed, rest)
  return buildOf(typed, first, rest)
}

/** Flags that only one command has. */
const OWNER: Readonly<Record<string, string>> = {
  placeholders: 'template',
  'dry-run': 'clean',
  ...Object.fromEntries(OWN_INPUTS.map((name) => [name, 'doctor'])),
}

function strayFlags(command: string | undefined, flags: Typed['flags']): readonly string[] {
  return [...flags.keys()].flatMap((flag) => {
    const owner = OWNER[flag]
    return owner === undefined || owner === command ? [] : [`--${flag} is of \`${owner}\``]
  })
}

function buildOf(typed: Typed, first: string | undefined, rest: readonly string[]): Command {
  const mistakes = [...typed.mistakes]
  const inputs = new Map(typed.inputs)
  if (isMethod(first)) mistakes.push(...shortForm(first, rest, inputs))
  else if (first !== undefined && first !== 'build') mistakes.push(unknownCommand(first))
  else if (rest[0] !== undefined) mistakes.push(...strayWord(rest[0], typed))
  else if (first === undefined) mistakes.push('which command? `hybrid-build build` builds')
  const file = inputs.get('file')
  if (file !== undefined) inputs.set('file', inContext(file, inputs.get('context')))
  const output = typed.flags.get('output') ?? 'text'
  if (output === 'json' && inputs.get('mode') === 'template')
    mistakes.push('--output is not for --mode template')
  if (output !== 'text' && output !== 'json') mistakes.push(`--output is text or json, not "${output}"`)
  if (mistakes.length > 0) return { kind: 'mistakes', mistakes, output: output === 'json' ? 'json' : 'text' }
  return { kind: 'build', inputs, output: output === 'json' ? 'json' : 'text' }
}

/** Older scripts name the Dockerfile as Kaniko's pod sees it, where the context is `/workspace`. */
function inContext(file: string, context = '.'): string {
  return file.startsWith('/workspace/') ? `${context}/${file.slice('/workspace/'.length)}` : file
}

/** `METHOD DOCKERFILE IMAGE CONTEXT`; flags may say more, and not the same again. */
function shortForm(
  method: string,
  rest: readonly string[],
  inputs: Map<InputName, string>,
): readonly string[] {
  const [dockerfile, image, context, ...others] = rest
  if (dockerfile === undefined || image === undefined || context === undefined || others.length > 0)
    return [`the short form is METHOD DOCKERFILE IMAGE CONTEXT, as in: ${method} Dockerfile myapp:latest .`]
  const given: readonly (readonly [InputName, string])[] = [
    ['builder', method],
    ['file', dockerfile],
    ['tags', image],
    ['context', context],
  ]
  const twice = given
    .filter(([name]) => inputs.has(name))
    .map(([name]) => `--${name} is given by the short form too`)
  for (const [name, value] of given) inputs.set(name, value)
  return twice
}

/** As a build, but that what it would create goes to standard output. */
function templateOf(typed: Typed, rest: readonly string[]): Command {
  if (typed.inputs.has('mode'))
    return { kind: 'mistakes', mistakes: ['--mode is what the command says'], output: 'text' }
  const build = buildOf(typed, 'build', rest)
  if (build.kind !== 'build') return build
  if (typed.flags.has('output'))
    return { kind: 'mistakes', mistakes: ['--output is of `build`, not of `template`'], output: 'text' }
  const placeholders = typed.flags.get('placeholders')
  return {
    kind: 'template',
    inputs: new Map([
      ...build.inputs,
      ['mode', 'template'],
      ...(placeholders === undefined ? [] : [['template-placeholders', placeholders] as const]),
    ]),
  }
}

/** The inputs of a build that decide whether it can be, and the doctor's own. */
function doctorOf({ inputs, mistakes, flags }: Typed, rest: readonly string[]): Command {
  const shared: readonly InputName[] = DOCTOR_INPUTS
  const foreign = [...inputs.keys()].filter((name) => !shared.includes(name))
  const output = flags.get('output') ?? 'text'
  const all = [
    ...mistakes,
    ...foreign.map((name) => `--${name} is of \`build\`: the doctor builds an image of its own`),
    ...(output === 'json' || output === 'text' ? [] : [`--output is text or json, not "${output}"`]),
    ...(rest[0] === undefined ? [] : strayWord(rest[0], { mistakes })),
  ]
  if (all.length > 0) return { kind: 'mistakes', mistakes: all, output: output === 'json' ? 'json' : 'text' }
  const own = OWN_INPUTS.flatMap((name) => {
    const value = flags.get(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    kind: 'doctor',
    inputs: new Map<string, string>([...inputs, ...own]),
    output: output === 'json' ? 'json' : 'text',
  }
}

function cleanOf({ inputs, mistakes, flags }: Typed, rest: readonly string[]): Command {
  const foreign = [...inputs.keys()].filter((name) => !OF_CLUSTER.includes(name))
  const all = [
    ...mistakes,
    ...foreign.map((name) => `--${name} is of \`build\`, not of \`clean\``),
    ...(flags.has('output') ? ['--output is of `build`, not of `clean`'] : []),
    ...(rest[0] === undefined ? [] : strayWord(rest[0], { mistakes })),
  ]
  if (all.length > 0) return { kind: 'mistakes', mistakes: all, output: 'text' }
  return { kind: 'clean', inputs, dryRun: flags.get('dry-run') }
}

/** Behind a flag that is misspelled, its value is no mistake of its own. */
function strayWord(word: string, { mistakes }: Pick<Typed, 'mistakes'>): readonly string[] {
  if (mistakes.length > 0) return []
  const isAnswer = word === 'true' || word === 'false'
  return [`"${word}" belongs to no flag${isAnswer ? `: write it with =, as in --push=${word}` : ''}`]
}

function isMethod(word: string | undefined): word is (typeof METHODS)[number] {
  return METHODS.some((method) => method === word)
}

function unknownCommand(word: string): string {
  const meant = nearest(word, [...COMMANDS, ...METHODS])
  return `there is no command "${word}"${meant === undefined ? '' : `; was ${meant} meant?`}`
}

interface Typed {
  readonly positionals: readonly string[]
  readonly inputs: GivenInputs
  /** Those that are no inputs. */
  readonly flags: ReadonlyMap<string, string>
  readonly mistakes: readonly string[]
}

const OWN_FLAGS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  output: { type: 'string', short: 'o' },
  /** Of `template`; the input has a longer name. */
  placeholders: { type: 'boolean' },
  /** Of `doctor`. */
  only: { type: 'string' },
  skip: { type: 'string' },
  verbose: { type: 'boolean' },
  'base-image': { type: 'string' },
  /** Of `clean`. */
  'dry-run': { type: 'boolean' },
} as const

const SHORT_OF = new Map(Object.entries(SHORT).map(([letter, name]) => [name, letter]))

/** Every input is a flag of its name. */
const OPTIONS = {
  ...Object.fromEntries(
    [...INPUT_NAMES, ...Object.keys(ALIASES)].map((name) => [name, optionOf(name)] as const),
  ),
  // The input `outputs` is another one.
  ...OWN_FLAGS,
}

function optionOf(name: string): { readonly type: 'string' | 'boolean'; readonly short?: string } {
  const short = SHORT_OF.get(name as InputName)
  return { type: isBoolean(name) ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) }
}

function readWords(words: readonly string[]): Typed {
  // Not strict: it would stop at the first mistake, and take no `--push=false`.
  const { tokens } = parseArgs({
    args: [...words],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const positionals: string[] = []
  const inputs = new Map<InputName, string>()
  const flags = new Map<string, string>()
  const mistakes: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName } = token
    const value = token.value ?? (isSwitch(name) ? 'true' : undefined)
    if (!Object.hasOwn(OPTIONS, name)) mistakes.push(unknownFlag(rawName))
    else if (value === undefined || (!token.inlineValue && value.startsWith('--')))
      mistakes.push(`${rawName} needs a value: ${rawName}=VALUE`)
    else if (Object.hasOwn(OWN_FLAGS, name))
      flags.set(name, isList(name) ? joined(flags.get(name), value) : value)
    else {
      const input = Object.hasOwn(ALIASES, name) ? ALIASES[name] : inputNamed(name)
      if (input !== undefined) inputs.set(input, joined(inputs.get(input), value))
    }
  }
  return { positionals, inputs, flags, mistakes }
}

const isSwitch = (name: string): boolean =>
  isBoolean(name) || ['help', 'version', 'placeholders', 'dry-run', 'verbose'].includes(name)

const isList = (name: string): boolean => name === 'only' || name === 'skip'

/** A flag that is given again adds a line: lists and maps have one entry a line. */
const joined = (before: string | undefined, value: string): string =>
  before === undefined ? value : `${before}\n${value}`

function inputNamed(name: string): InputName {
  const found = INPUT_NAMES.find((input) => input === name)
  if (found === undefined) throw new Error(`${name} is no input`)
  return found
}

function unknownFlag(rawName: string): string {
  const meant = nearest(rawName.replace(/^-+/, ''), Object.keys(OPTIONS))
  return `there is no flag ${rawName}${meant === undefined ? '' : `; was --${meant} meant?`}`
}
