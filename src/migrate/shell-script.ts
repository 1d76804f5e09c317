import { forEachChild, parse } from 'unbash'
import type { Command, Statement, SyntaxNode } from 'unbash'

import { markExpressions, readWord, unmarked } from './shell-word.ts'
import type { Marked, ShellWord } from './shell-word.ts'

/** A command of a script, wherever in it. */
export interface ShellCommand {
  /** Its name and arguments; none where it only sets variables. */
  readonly words: readonly ShellWord[]
  /** Variables that it sets, before its name or alone. */
  readonly assignments: readonly { readonly name: string; readonly value: ShellWord }[]
  /** As it is written. */
  readonly text: string
  /** Zero-based line of the script. */
  readonly line: number
  /** Whether its output or input is a file, or another command's. */
  readonly isRedirected: boolean
  /** Whether a here-document or here-string is its input. */
  readonly readsText: ShellWord | undefined
}

/** One command after the other, as a script has them at its outermost level. */
export interface ShellStatement {
  /** Where it stands in the script: UTF-16 code units, the end excluded. */
  readonly pos: number
  readonly end: number
  readonly line: number
  /** As it is written. */
  readonly text: string
  /** Its commands, those of substitutions as well, in their order: the first is the outermost. */
  readonly commands: readonly ShellCommand[]
  /** Whether they read from each other: `echo … | docker login …`. */
  readonly isPipe: boolean
  /** Why its commands are not simply run once, one after the other: `in a loop`. Undefined where they are. */
  readonly nesting: string | undefined
  /** Whether the script goes on where its command fails: `… || true`. */
  readonly mayFail: boolean
}

export interface ShellScript {
  readonly statements: readonly ShellStatement[]
  /** What the parser could not read; the statements are then its best guess. */
  readonly error: string | undefined
}

/** Reads a script for bash or sh, with GitHub's expressions in it. */
export function readScript(source: string): ShellScript {
  const marked = markExpressions(source)
  const { commands, errors } = parse(marked.script)
  const statements = commands.flatMap((statement) => statementsOf(statement, marked))
  return { statements, error: errors?.[0]?.message }
}

function statementsOf({ command, background }: Statement, marked: Marked): readonly ShellStatement[] {
  if (background === true) return [statementOf(command, marked, { nesting: 'in the background' })]
  if (command.type !== 'AndOr') return [statementOf(command, marked)]
  const { commands, operators } = command
  if (operators.every((each) => each === '&&')) return commands.map((each) => statementOf(each, marked))
  const [first, ...others] = commands
  const isFallback =
    operators.every((each) => each === '||') && others.every((each) => onlySpeaks(each, marked))
  if (first?.type !== 'Command' || !isFallback) return [statementOf(command, marked)]
  const ends = others.some((each) => commandsIn(each).some(({ name }) => name?.value === 'exit'))
  // What it does instead is no more than words: the command is what counts.
  const only = statementOf(first, marked)
  return [{ ...only, end: command.end, text: textOf(command, marked), mayFail: !ends }]
}

/** Whether a command only prints, does nothing or ends the script. */
function onlySpeaks(node: SyntaxNode, { script }: Marked): boolean {
  return commandsIn(node).every(({ name, redirects, pos, end }) => {
    const text = script.slice(pos, end)
    return (
      /^(echo|printf|exit|true|false|:)$/.test(name?.value ?? '') &&
      redirects.length === 0 &&
      !text.includes('::')
    )
  })
}

function statementOf(
  node: SyntaxNode,
  marked: Marked,
  { nesting = nestingOf(node) }: { readonly nesting?: string | undefined } = {},
): ShellStatement {
  const { pos, end } = node
  return {
    pos,
    end,
    line: marked.lineAt(pos),
    text: textOf(node, marked),
    commands: commandsIn(node).map((command) => readCommand(command, marked)),
    isPipe: node.type === 'Pipeline' && node.commands.length > 1,
    nesting,
    mayFail: false,
  }
}

const textOf = ({ pos, end }: SyntaxNode, { script, expressions }: Marked): string =>
  unmarked(script.slice(pos, end), expressions)

const NESTINGS: Partial<Record<SyntaxNode['type'], string>> = {
  AndOr: 'joined by `||`',
  If: 'in an `if` of the shell',
  Case: 'in a `case` of the shell',
  For: 'in a loop of the shell',
  While: 'in a loop of the shell',
  Select: 'in a loop of the shell',
  ArithmeticFor: 'in a loop of the shell',
  Function: 'in a function of the shell',
  Subshell: 'in a subshell',
}

function nestingOf(node: SyntaxNode): string | undefined {
  if (node.type === 'Command') return undefined
  if (node.type !== 'Pipeline') return NESTINGS[node.type] ?? 'inside of another command'
  return node.prefixes.some(({ type }) => type === 'Negation') ? 'behind a `!`' : undefined
}

/** All commands within, those of substitutions as well, in their order. */
function commandsIn(node: SyntaxNode): readonly Command[] {
  const own = node.type === 'Command' ? [node] : []
  const inner: Command[] = []
  forEachChild(node, (child) => inner.push(...commandsIn(child)))
  return [...own, ...inner]
}

function readCommand(command: Command, marked: Marked): ShellCommand {
  const words = [...(command.name === undefined ? [] : [command.name]), ...command.args]
  const assignments = command.prefix.flatMap((each) => {
    if (each.type !== 'Assignment' || each.value.type !== 'Word') return []
    return [{ name: each.name, value: readWord(each.value, marked) }]
  })
  const hereString = command.redirects.find(({ type }) => type === 'HereString')
  const given = hereString?.type === 'HereString' ? hereString.target : undefined
  return {
    words: words.map((word) => readWord(word, marked)),
    assignments,
    text: unmarked(marked.script.slice(command.pos, command.end), marked.expressions),
    line: marked.lineAt(command.pos),
    isRedirected: command.redirects.some(({ type }) => type !== 'HereString'),
    readsText: given === undefined ? undefined : readWord(given, marked),
  }
}
