import { isMap } from 'yaml'

import type { InputName } from '../request/inputs.generated.ts'
import { cutScript } from './cut-script.ts'
import type { Build } from './job-items.ts'
import { below, changeMap, columnOf } from './map-text.ts'
import type { ReadStatement, ReadStep } from './read-job.ts'
import { ACTION, inputText, registriesText, scalarText, withText } from './step-text.ts'
import type { Login } from './step-text.ts'

/** What takes the place of one step. */
export interface NewStep {
  /** From its first key on, as the step it comes from is indented. */
  readonly text: string
  /** The build that it is, if it is one. */
  readonly build: Build | undefined
}

/** A step whose script has calls of container tools that go. */
export interface StepToRewrite {
  readonly read: ReadStep
  readonly source: string
  /** Statements that go. */
  readonly gone: ReadonlySet<ReadStatement>
  /** Each with the statement in whose place its step stands. */
  readonly builds: ReadonlyMap<ReadStatement, Build>
  readonly logins: readonly Login[]
}

/** Steps in place of one: what its script still has to do, and the builds, in their order. */
export function rewriteStep(given: StepToRewrite): readonly NewStep[] {
  const { read, gone, builds } = given
  const steps: NewStep[] = []
  const carried: ReadStatement[] = []
  let part: ReadStatement[] = []
  const makes = new Set<string>()
  const flush = (isLast: boolean): void => {
    if (part.some(({ kind }) => kind === 'work' || kind === 'engine' || kind === 'tangled'))
      steps.push(scriptStep(given, part, carried, isLast ? NOTHING : makes))
    carried.push(...part.filter(({ kind }) => kind === 'state'))
    part = []
  }
  for (const statement of read.statements) {
    const build = builds.get(statement)
    if (build !== undefined) {
      for (const name of read.made) if (isUsedAfter(name, statement, given, build)) makes.add(name)
      flush(false)
      makes.clear()
      steps.push({ text: buildStep(given, build), build })
    } else if (!gone.has(statement)) part.push(statement)
  }
  flush(true)
  return steps
}

const NOTHING: ReadonlySet<string> = new Set()

/** Whether a later step needs a variable that only this script makes. */
function isUsedAfter(name: string, at: ReadStatement, { read }: StepToRewrite, build: Build): boolean {
  const inputs = [...build.inputs.inputs.values(), ...build.names, ...build.pushed].join('\n')
  const isMade = read.statements.some(
    ({ statement }) =>
      statement.pos < at.statement.pos &&
      new RegExp(`(^|[\\s;])${name}=|\\bread\\b.*\\b${name}\\b`).test(statement.text),
  )
  if (!isMade) return false
  if (inputs.includes(`\${{ env.${name} }}`)) return true
  return read.statements.some(
    ({ statement }) =>
      statement.pos > at.statement.pos && new RegExp(`\\$\\{?${name}\\b`).test(statement.text),
  )
}

/** The step with a part of its script, and the variables that later ones need. */
function scriptStep(
  { read: { step, script, statements }, source, builds }: StepToRewrite,
  part: readonly ReadStatement[],
  carried: readonly ReadStatement[],
  makes: ReadonlySet<string>,
): NewStep {
  const own = cutScript(
    script,
    statements.map(({ statement }) => statement),
    part.map(({ statement }) => statement),
  )
  const lines = [
    ...carried.map(({ statement }) => statement.text),
    own,
    ...[...makes].map((name) => `echo "${name}=$${name}" >> "$GITHUB_ENV"`),
  ]
  const isWhole = builds.size === 0
  const isBefore = [...builds.keys()].some(({ statement }) => statement.pos > (part[0]?.statement.pos ?? 0))
  const hasId = isWhole || own.includes('GITHUB_OUTPUT')
  const text = changeMap(step.node, source, step.indent, ({ key }) => {
    if (key === 'run') return [scriptText(lines.join('\n'), step.indent)]
    if (key === 'name' && !isWhole)
      return [`name: ${scalarText(`${step.name ?? ''} (${isBefore ? 'before' : 'after'} the build)`)}`]
    return key === 'id' && !hasId ? [] : undefined
  })
  return { text, build: undefined }
}

function scriptText(script: string, indent: number): string {
  return script.includes('\n') ? inputText('run', script, indent) : `run: ${scalarText(script)}`
}

/** The step as one that builds. */
function buildStep(given: StepToRewrite, build: Build): string {
  const { read, source, builds } = given
  const { step } = read
  const inputs = inputsOf(build, given.logins)
  const said = [...inputs.values()].join('\n')
  const isMany = builds.size > 1
  const isFirst = [...builds.values()][0] === build
  const keepsId = !read.script.includes('GITHUB_OUTPUT') && isFirst
  return changeMap(step.node, source, step.indent, ({ key }) => {
    if (key === 'run') return [`uses: ${ACTION}`, withText(inputs, step.indent)]
    if (key === 'shell' || key === 'working-directory') return []
    if (key === 'id' && !keepsId) return []
    if (key === 'name' && isMany) return [`name: ${scalarText(`${step.name ?? ''}: ${shortName(build)}`)}`]
    return key === 'env' ? variables(given, build, said) : undefined
  })
}

/** The last part of an image's name, for people. */
function shortName({ names: [name = ''], inputs }: Build): string {
  const short =
    name
      .replaceAll(/\$\{\{.*?\}\}/g, '')
      .split('/')
      .at(-1)
      ?.split(':')[0] ?? ''
  return short === '' ? (inputs.inputs.get('file') ?? inputs.inputs.get('context') ?? 'image') : short
}

/** `env:` without what the script's words were made of, and what only its tool read. */
function variables(
  { read: { step }, source }: StepToRewrite,
  build: Build,
  said: string,
): readonly string[] | undefined {
  const node = step.node.get('env')
  if (!isMap(node)) return undefined
  const isNeeded = (name: string): boolean =>
    build.inputs.variables.includes(name) ||
    new RegExp(`\\benv\\.${name}\\b`).test(said) ||
    (!/^(DOCKER|BUILDKIT|BUILDX|COMPOSE|CONTAINERD|NERDCTL)_/.test(name) &&
      !isRead(name, step.run?.script ?? ''))
  const indent = columnOf(node, source)
  const text = changeMap(node, source, indent, ({ key }) => (isNeeded(key) ? undefined : []))
  return text === '' ? [] : [below('env', text, indent)]
}

const isRead = (name: string, script: string): boolean => new RegExp(`\\$\\{?${name}\\b`).test(script)

/** All inputs of the step. */
export function inputsOf(build: Build, logins: readonly Login[]): ReadonlyMap<InputName, string> {
  const { inputs, tags } = build.inputs
  const isPushed = build.pushed.length > 0
  const names = isPushed ? build.names.filter((name) => build.pushed.includes(name)) : tags
  const all = new Map<InputName, string>(inputs)
  if (names.length > 0) all.set('tags', names.join('\n'))
  all.set('push', isPushed ? build.push : 'false')
  const outputs = [inputs.get('outputs') ?? '', ...build.outputs].filter((line) => line !== '')
  if (outputs.length > 0) all.set('outputs', outputs.join('\n'))
  if (isPushed && build.insecure.size > 0) all.set('insecure-registries', [...build.insecure].join('\n'))
  if (logins.length > 0) all.set('registries', registriesText(logins))
  return all
}
