import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml'
import type { Pair, YAMLMap, YAMLSeq } from 'yaml'

import { nodeEnd } from './node-end.ts'

/** A workflow, or a composite action, as it is read from its file. */
export interface WorkflowFile {
  /** Relative to the repository, with `/`. */
  readonly path: string
  readonly source: string
  readonly kind: 'workflow' | 'composite action'
  readonly root: YAMLMap
  readonly env: Variables
  readonly jobs: readonly Job[]
}

/** Variables of an `env:`, as they are written there. */
export type Variables = ReadonlyMap<string, string>

export interface Job {
  readonly id: string
  readonly env: Variables
  /** `defaults.run` of the job, or of the workflow. */
  readonly defaults: RunDefaults
  readonly steps: readonly Step[]
}

interface RunDefaults {
  readonly shell: string | undefined
  readonly workingDirectory: string | undefined
}

export interface Step {
  /** Place in the list of steps. */
  readonly index: number
  readonly node: YAMLMap
  /** Why its text cannot be changed in place; undefined where it can. */
  readonly fixed: string | undefined
  /** Of its `-`, in UTF-16 code units of the source; the end is that of its last character. */
  readonly start: number
  readonly end: number
  /** As it is written, from its `-` on. */
  readonly text: string
  /** One-based line of its first key. */
  readonly line: number
  /** Columns before its keys. */
  readonly indent: number
  readonly id: string | undefined
  readonly name: string | undefined
  readonly condition: string | undefined
  readonly uses: string | undefined
  readonly run: Run | undefined
  readonly shell: string | undefined
  readonly workingDirectory: string | undefined
  readonly env: Variables
}

export interface Run {
  readonly script: string
  /** The file that it is in, where that is not the workflow. */
  readonly file: string | undefined
  /** One-based line of the file that the script's line is on. */
  lineOf(line: number): number
}

/** Reads a file; a sentence where it is no workflow that could be read. */
export function readWorkflow(path: string, source: string): WorkflowFile | string {
  try {
    return read(path, source)
  } catch (error) {
    // The library's own recursion: thousands of levels.
    if (error instanceof RangeError) return 'it is nested too deeply'
    throw error
  }
}

function read(path: string, source: string): WorkflowFile | string {
  const lines = new LineCounter()
  const document = parseDocument(source, { keepSourceTokens: true, lineCounter: lines, merge: true })
  const problem = document.errors[0]
  if (problem !== undefined) return `line ${problem.linePos?.[0].line ?? 1} is no YAML: ${problem.code}`
  const root = document.contents
  if (!isMap(root)) return 'it is no YAML mapping'
  const stepsOf = (steps: unknown): readonly Step[] => readSteps(steps, source, lines)
  const runs = root.get('runs')
  if (isMap(runs)) {
    const job = { id: 'runs', env: new Map(), defaults: NO_DEFAULTS, steps: stepsOf(runs.get('steps')) }
    return { path, source, kind: 'composite action', root, env: new Map(), jobs: [job] }
  }
  const jobs = root.get('jobs')
  const defaults = defaultsOf(root, NO_DEFAULTS)
  return {
    path,
    source,
    kind: 'workflow',
    root,
    env: variablesOf(root.get('env')),
    jobs: (isMap(jobs) ? jobs.items : []).flatMap(({ key, value }) => {
      if (!isMap(value)) return []
      return [
        {
          id: String(isScalar(key) ? key.value : key),
          env: variablesOf(value.get('env')),
          defaults: defaultsOf(value, defaults),
          steps: stepsOf(value.get('steps')),
        },
      ]
    }),
  }
}

const NO_DEFAULTS: RunDefaults = { shell: undefined, workingDirectory: undefined }

function defaultsOf(node: YAMLMap, fallback: RunDefaults): RunDefaults {
  const run = node.getIn(['defaults', 'run'])
  if (!isMap(run)) return fallback
  return {
    shell: textOf(run, 'shell') ?? fallback.shell,
    workingDirectory: textOf(run, 'working-directory') ?? fallback.workingDirectory,
  }
}

function readSteps(node: unknown, source: string, lines: LineCounter): readonly Step[] {
  if (!isSeq(node)) return []
  return node.items.flatMap((item, index) => {
    if (!isMap(item)) return []
    return [readStep(item, { list: node, index, source, lines })]
  })
}

interface Place {
  readonly list: YAMLSeq
  readonly index: number
  readonly source: string
  readonly lines: LineCounter
}

function readStep(node: YAMLMap, { list, index, source, lines }: Place): Step {
  const [begin = 0] = node.range ?? []
  const start = dashOf(list, index) ?? begin
  const { line, col } = lines.linePos(begin)
  const last = nodeEnd(node, source)
  return {
    index,
    node,
    fixed: fixedBy(node, list),
    start,
    end: last,
    text: source.slice(start, last),
    line,
    indent: col - 1,
    id: textOf(node, 'id'),
    name: textOf(node, 'name'),
    condition: textOf(node, 'if'),
    uses: textOf(node, 'uses'),
    run: runOf(node, source, lines),
    shell: textOf(node, 'shell'),
    workingDirectory: textOf(node, 'working-directory'),
    env: variablesOf(node.get('env')),
  }
}

function fixedBy(node: YAMLMap, list: YAMLSeq): string | undefined {
  if (node.flow === true || list.flow === true) return 'the step is written in braces, on one line'
  if (node.anchor !== undefined) return 'the step has an anchor, so that other steps depend on it'
  if (node.items.some(({ key, value }) => isAlias(value) || (isScalar(key) && key.value === '<<')))
    return 'the step has parts from a YAML alias'
  return undefined
}

/** Where the `-` of an item is. */
function dashOf(list: YAMLSeq, index: number): number | undefined {
  const token = list.srcToken
  if (token?.type !== 'block-seq') return undefined
  return token.items[index]?.start.find(({ type }) => type === 'seq-item-ind')?.offset
}

function runOf(node: YAMLMap, source: string, lines: LineCounter): Run | undefined {
  const scalar = pairOf(node, 'run')?.value
  if (!isScalar(scalar) || typeof scalar.value !== 'string') return undefined
  const first = lines.linePos(scalar.range?.[0] ?? 0).line
  // A block's first line is below its `|`; what is folded or quoted has lines of its own.
  const isBlock = scalar.type === 'BLOCK_LITERAL'
  return { script: scalar.value, file: undefined, lineOf: (line) => (isBlock ? first + 1 + line : first) }
}

export function pairOf(node: YAMLMap, name: string): Pair | undefined {
  return node.items.find(({ key }) => isScalar(key) && key.value === name)
}

/** A text, number or boolean below a key, as text. */
export function textOf(node: YAMLMap, name: string): string | undefined {
  const value: unknown = node.get(name)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}

/** Texts, numbers and booleans of a mapping. */
export function variablesOf(node: unknown): Variables {
  if (!isMap(node)) return new Map()
  return new Map(
    node.items.flatMap(({ key }) => {
      const name = isScalar(key) ? String(key.value) : ''
      const value = textOf(node, name)
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}
