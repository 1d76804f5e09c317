import { calledBy } from './called-scripts.ts'
import type { CalledCommand } from './called-scripts.ts'
import { engineCommand } from './engine-command.ts'
import type { EngineCommand } from './engine-command.ts'
import { inWorkspace } from './paths.ts'
import type { Repository } from './repository.ts'
import { resolve } from './scope.ts'
import type { Resolved, Scope } from './scope.ts'
import { readScript } from './shell-script.ts'
import type { ShellCommand, ShellStatement } from './shell-script.ts'
import type { ShellWord } from './shell-word.ts'
import type { Job, Step, WorkflowFile } from './workflow-file.ts'

/**
 * What a statement of a script is to a migration. `engine`: one call of a container tool;
 * `tangled`: such calls in a loop, a condition or the like; `state`: only sets what later
 * statements see; `noise`: only prints; `work`: anything else.
 */
export type StatementKind = 'engine' | 'tangled' | 'state' | 'noise' | 'work'

export interface ReadStatement {
  readonly statement: ShellStatement
  readonly kind: StatementKind
  /** All calls of container tools in it. */
  readonly engines: readonly EngineCommand[]
  /** What `engine` reads from standard input. */
  readonly input: ShellWord | undefined
  /** What is known before it runs. */
  readonly scope: Scope
  /** Where it runs, relative to the workspace; undefined where that cannot be told. */
  readonly directory: string | undefined
  /** Container tools' commands in scripts that it runs. */
  readonly called: readonly CalledCommand[]
}

export interface ReadStep {
  readonly step: Step
  readonly script: string
  readonly statements: readonly ReadStatement[]
  /** Variables whose values only its script makes; a step behind it would get them by `$GITHUB_ENV`. */
  readonly made: ReadonlySet<string>
  /** Those of them that get more than one value. */
  readonly remade: ReadonlySet<string>
  /** Why its script cannot be read. */
  readonly problem: string | undefined
}

/** Reads all steps of a job, with what each statement knows. */
export function readJob(file: WorkflowFile, job: Job, repository: Repository): readonly ReadStep[] {
  const known = new Map<string, string | undefined>([...file.env, ...job.env])
  return job.steps.map((step) => {
    const read = readStep(step, job, known, repository)
    for (const name of namesForLater(step)) known.set(name, undefined)
    return read
  })
}

/** What a step writes to `$GITHUB_ENV`, by the look of it. */
function namesForLater({ run }: Step): readonly string[] {
  if (run?.script.includes('GITHUB_ENV') !== true) return []
  return [...run.script.matchAll(/\b([A-Za-z_]\w*)(?==|<<)/g)].map(([, name = '']) => name)
}

function readStep(
  step: Step,
  job: Job,
  known: ReadonlyMap<string, string | undefined>,
  repository: Repository,
): ReadStep {
  const script = step.run?.script ?? ''
  const shell = step.shell ?? job.defaults.shell ?? 'bash'
  const { statements, error } = readScript(script)
  const local = new Map<string, Resolved>()
  const made = new Set<string>()
  const remade = new Set<string>()
  let directory: string | undefined = inWorkspace(
    step.workingDirectory ?? job.defaults.workingDirectory ?? '.',
    '.',
  )
  const read = statements.map((statement): ReadStatement => {
    const scope: Scope = { local: new Map(local), step: step.env, job: new Map(known) }
    const result = {
      statement,
      ...readStatement(statement, scope),
      scope,
      directory,
      called: [] as readonly CalledCommand[],
    }
    const isState = result.kind === 'state'
    for (const [name, value] of assignmentsOf(statement)) {
      const resolved = isState ? resolve(value, scope) : undefined
      if (resolved?.kind !== 'known') (made.has(name) ? remade : made).add(name)
      local.set(name, resolved?.kind === 'known' ? resolved : { kind: 'known', text: `\${{ env.${name} }}` })
    }
    const { commands } = statement
    const called = commands.flatMap((command) => calledBy(command, directory ?? '.', repository))
    directory = directoryAfter(statement, directory, scope)
    return { ...result, called }
  })
  return {
    step,
    script,
    statements: read,
    made,
    remade,
    problem: problemOf(shell, error),
  }
}

/** What another shell reads is looked through as well as can be, and never changed. */
function problemOf(shell: string, error: string | undefined): string | undefined {
  if (!/^(bash|sh)\b/.test(shell)) return `the step's shell is ${shell}`
  return error === undefined ? undefined : `its script could not be read: ${error}`
}

function readStatement(
  statement: ShellStatement,
  scope: Scope,
): Pick<ReadStatement, 'kind' | 'engines' | 'input'> {
  const { commands, nesting, isPipe } = statement
  const engines = commands.flatMap((command) => engineCommand(command) ?? [])
  const [engine] = engines
  if (engine === undefined) return { kind: plainKind(statement, scope), engines, input: undefined }
  const [first, second, ...more] = commands
  if (nesting === undefined && !isPipe && engine.command === first && engines.length === 1)
    return { kind: 'engine', engines, input: first.readsText }
  const isPiped = nesting === undefined && isPipe && more.length === 0 && engine.command === second
  const piped = isPiped && first !== undefined ? printed(first) : undefined
  return piped === undefined
    ? { kind: 'tangled', engines, input: undefined }
    : { kind: 'engine', engines, input: piped }
}

/** What `echo X` or `printf %s X` prints. */
function printed({ words, isRedirected }: ShellCommand): ShellWord | undefined {
  const [name, ...args] = words
  const values = args.filter(({ text }) => !/^-[ne]+$|^["']?%s(\\n)?["']?$/.test(text))
  const isPrint = name?.text === 'echo' || name?.text === 'printf'
  return isPrint && values.length === 1 && !isRedirected ? values[0] : undefined
}

function plainKind(statement: ShellStatement, scope: Scope): StatementKind {
  const { commands, nesting } = statement
  const [command, another] = commands
  if (command === undefined || another !== undefined || nesting !== undefined || command.isRedirected)
    return 'work'
  const name = command.words[0]?.text
  // A line that begins with `::` is a command to the runner.
  if (name === 'echo' || name === 'printf') return statement.text.includes('::') ? 'work' : 'noise'
  if (name === 'set') return 'state'
  if (name === 'cd') return directoryAfter(statement, '.', scope) === undefined ? 'work' : 'state'
  const assigned = assignmentsOf(statement)
  const isSetting = assigned.length > 0 && (name === undefined || name === 'export')
  return isSetting && assigned.every(([, value]) => resolve(value, scope).kind === 'known') ? 'state' : 'work'
}

/** What a statement sets, anywhere in it: `A=1`, `export A=1`. */
function assignmentsOf({ commands }: ShellStatement): readonly (readonly [string, ShellWord])[] {
  return commands.flatMap(({ words, assignments }) => {
    const [name, ...args] = words
    if (name === undefined) return assignments.map((each) => [each.name, each.value] as const)
    if (name.text === 'read') return args.map((word) => [word.text, word] as const)
    if (!/^(export|declare|local|readonly)$/.test(name.text)) return []
    return args.flatMap((word) => {
      const [, key = ''] = /^(\w+)=/.exec(word.text) ?? []
      const [first, ...rest] = word.pieces
      if (key === '' || first?.kind !== 'text') return []
      const pieces = [{ kind: 'text' as const, text: first.text.slice(key.length + 1) }, ...rest]
      return [[key, { ...word, pieces }] as const]
    })
  })
}

function directoryAfter(
  { commands, nesting }: ShellStatement,
  directory: string | undefined,
  scope: Scope,
): string | undefined {
  const names = commands.map(({ words }) => words[0]?.text ?? '')
  if (names.some((name) => name === 'pushd' || name === 'popd')) return undefined
  if (!names.includes('cd') || nesting === 'in a subshell') return directory
  const [command, another] = commands
  const path = command?.words[1]
  if (another !== undefined || nesting !== undefined || path === undefined || path.text === '-')
    return undefined
  const resolved = resolve(path, scope)
  return resolved.kind === 'known' && directory !== undefined
    ? inWorkspace(resolved.text, directory)
    : undefined
}
