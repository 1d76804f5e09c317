import type { InputName } from '../request/inputs.generated.ts'
import { buildFlag } from './build-flags.ts'
import type { EngineCommand } from './engine-command.ts'
import { inWorkspace } from './paths.ts'
import { hasExpression, resolve, valueOf } from './scope.ts'
import type { Scope } from './scope.ts'
import type { Piece, ShellWord } from './shell-word.ts'

/** A build command in the words of the action's inputs. */
export interface BuildInputs {
  readonly inputs: ReadonlyMap<InputName, string>
  /** Names of the image, in their order. */
  readonly tags: readonly string[]
  /** Whether the build itself pushes. */
  readonly pushes: boolean
  /** Variables of the step that the action reads. */
  readonly variables: readonly string[]
  /** Sentences about what was left out and changes something. */
  readonly notes: readonly string[]
  /** Sentences about what a person must decide; with one of them the rest is worth nothing. */
  readonly problems: readonly string[]
}

/** Where a command runs. */
export interface Where {
  readonly scope: Scope
  /** Relative to the workspace. */
  readonly directory: string
}

/** Reads the arguments of a build command. */
export function buildInputs({ args, command }: EngineCommand, where: Where): BuildInputs {
  const reader = new Reader(where)
  if (command.isRedirected) reader.problems.push('its output or input is redirected')
  reader.read(args)
  return reader.result()
}

/** What an ordinary build of one step's inputs is gathered in. */
class Reader {
  readonly problems: string[] = []
  readonly #lines = new Map<InputName, string[]>()
  readonly #tags: string[] = []
  readonly #variables: string[] = []
  readonly #notes: string[] = []
  readonly #positionals: ShellWord[] = []
  #pushes = false

  readonly #where: Where

  constructor(where: Where) {
    this.#where = where
  }

  read(words: readonly ShellWord[]): void {
    const rest = [...words]
    for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
      const flag = flagOf(word)
      if (flag === undefined) this.#positionals.push(word)
      else this.#flag(flag.name, flag.value, rest)
    }
    this.#context()
  }

  result(): BuildInputs {
    const inputs = new Map([...this.#lines].map(([name, lines]) => [name, lines.join('\n')] as const))
    return {
      inputs,
      tags: this.#tags,
      pushes: this.#pushes,
      variables: this.#variables,
      notes: this.#notes,
      problems: this.problems,
    }
  }

  #flag(name: string, attached: ShellWord | undefined, rest: ShellWord[]): void {
    const flag = buildFlag(name)
    if (flag === undefined) {
      this.problems.push(`the flag ${name} is not known`)
      return
    }
    const word = flag.value ? (attached ?? rest.shift()) : attached
    const value = word === undefined ? undefined : this.#resolved(word)
    if (flag.value && value === undefined) return
    const { becomes } = flag
    if (becomes.kind === 'refused') this.problems.push(`${name}: ${becomes.because}`)
    if (becomes.kind === 'input') this.#add(becomes.input, value ?? 'true')
    if (becomes.kind === 'special') this.#special(flag.names.at(-1) ?? name, value ?? 'true', word)
  }

  #special(name: string, value: string, word: ShellWord | undefined): void {
    switch (name) {
      case '--tag':
        this.#tags.push(value)
        return
      case '--file':
        if (value === '-') this.problems.push('the Dockerfile comes from standard input')
        else this.#lines.set('file', [inWorkspace(value, this.#where.directory)])
        return
      case '--build-arg':
        this.#buildArg(value)
        return
      case '--platform':
        if (value.includes(',')) this.problems.push('--platform has several: a matrix has a step for each')
        else this.#lines.set('platforms', [value])
        return
      case '--secret':
        this.#secret(value)
        return
      case '--cache-from':
      case '--cache-to':
        if (value.includes('type=registry'))
          this.#add(name === '--cache-to' ? 'cache-to' : 'cache-from', value)
        else
          this.#notes.push(`${name} ${value} is left out: layers are kept in the registry, beside the image`)
        return
      case '--output':
        this.#output(value)
        return
      case '--format':
        this.#lines.set('image-format', [value === 'oci' ? 'oci' : 'docker'])
        return
      default:
        this.#switch(name, value, word)
    }
  }

  #switch(name: string, value: string, word: ShellWord | undefined): void {
    const isOff = value === 'false'
    if (name === '--no-cache' && !isOff) this.#lines.set('no-cache', ['true'])
    if (name === '--push' && !isOff) this.#pushes = true
    if (name === '--network' && value !== 'default')
      this.problems.push(
        `--network=${value}: in the cluster each RUN has the network of its pod; take the flag out if nothing on the runner is needed`,
      )
    if ((name === '--provenance' || name === '--sbom') && !isOff)
      this.problems.push(
        `${name}=${word?.text ?? value}: Kaniko makes no attestations: set \`builder: buildkit\``,
      )
  }

  #buildArg(value: string): void {
    if (value.includes('\n')) this.problems.push('a --build-arg has several lines')
    else if (/^[A-Za-z_]\w*$/.test(value)) {
      const inherited = valueOf(value, this.#where.scope)
      if (inherited.kind === 'unknown') this.problems.push(`--build-arg ${value}: ${inherited.reason}`)
      else this.#add('build-args', `${value}=${inherited.text}`)
    } else this.#add('build-args', value)
  }

  #secret(value: string): void {
    const parts = new Map(
      value.split(',').map((part) => [part.split('=')[0] ?? '', part.slice(part.indexOf('=') + 1)]),
    )
    const id = parts.get('id')
    const path = parts.get('src') ?? parts.get('source')
    const variable = parts.get('env')
    if (id === undefined || (path === undefined && variable === undefined))
      this.problems.push(`--secret ${value} does not say whether it is a file (src=) or a variable (env=)`)
    else if (path !== undefined)
      this.#add('secret-files', `${id}=${inWorkspace(path, this.#where.directory)}`)
    else if (variable !== undefined) {
      this.#add('secret-envs', `${id}=${variable}`)
      this.#variables.push(variable)
    }
  }

  #output(value: string): void {
    const destination = /^type=(docker|oci),dest=([^,]+)$/.exec(value)
    if (destination !== null)
      this.#add(
        'outputs',
        `type=${destination[1] ?? ''},dest=${inWorkspace(destination[2] ?? '', this.#where.directory)}`,
      )
    else if (/^type=registry$|^type=image,push=true$/.test(value)) this.#pushes = true
    else if (value !== 'type=docker') this.problems.push(`--output ${value}: see the input \`outputs\``)
  }

  #context(): void {
    const [word, another] = this.#positionals
    const many = this.#positionals.find((each) => this.#isOpen(each))
    if (another !== undefined)
      this.problems.push(`\`${(many ?? another).text}\` may be flags, or is a second context`)
    else if (word === undefined) this.problems.push('it names no context')
    else {
      const path = this.#resolved(word)
      if (path === undefined) return
      if (path === '-') this.problems.push('the context comes from standard input')
      else if (/^[a-z]+:\/\//.test(path) || path.startsWith('git@')) this.#remote(path)
      else this.#setContext(inWorkspace(path, this.#where.directory))
    }
  }

  #remote(path: string): void {
    if (path.startsWith('https://')) this.#lines.set('context', [path])
    else this.problems.push(`the context ${path} cannot be fetched: use https://`)
  }

  #setContext(path: string): void {
    if (path.startsWith('/') || path.startsWith('..'))
      this.problems.push(`the context ${path} lies outside of the workspace`)
    if (path !== '.') this.#lines.set('context', [path === 'git' ? './git' : path])
    const file = this.#lines.get('file')?.[0]
    if (file === (path === '.' ? 'Dockerfile' : `${path}/Dockerfile`)) this.#lines.delete('file')
  }

  /** Whether a word may be any number of words: its value is not known here. */
  #isOpen(word: ShellWord): boolean {
    const value = resolve(word, this.#where.scope)
    if (value.kind === 'unknown') return true
    return word.mayBeMany && (hasExpression(value.text) || /\s/.test(value.text))
  }

  #resolved(word: ShellWord): string | undefined {
    const value = resolve(word, this.#where.scope)
    if (value.kind === 'known') return value.text
    this.problems.push(value.reason)
    return undefined
  }

  #add(name: InputName, line: string): void {
    this.#lines.set(name, [...(this.#lines.get(name) ?? []), line])
  }
}

interface Flag {
  readonly name: string
  /** Attached by `=`, or directly to a letter. */
  readonly value: ShellWord | undefined
}

/** `--name`, `--name=value`, `-n`, `-nvalue`; undefined for what is no flag. */
export function flagOf(word: ShellWord): Flag | undefined {
  const [first, ...rest] = word.pieces
  if (first?.kind !== 'text' || !/^-./.test(first.text)) return undefined
  const [, name = '', text = ''] = /^(--[^=]+|-[^-])=?(.*)$/s.exec(first.text) ?? []
  const hasValue = first.text.length > name.length || rest.length > 0
  const pieces: readonly Piece[] = text === '' && rest.length > 0 ? rest : [{ kind: 'text', text }, ...rest]
  return { name, value: hasValue ? { ...word, pieces } : undefined }
}

/** `host[:port]` of an image, by Docker's rule; Docker Hub's where it has none. */
export function hostOf(image: string): string {
  const slash = image.replaceAll(/\$\{\{.*?\}\}/g, (text) => text.replaceAll('/', '_')).indexOf('/')
  const first = image.slice(0, Math.max(slash, 0))
  return hasExpression(first) || /[.:]|^localhost$/.test(first) ? first : 'docker.io'
}
