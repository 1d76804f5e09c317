import type { Assignment, Word, WordPart } from 'unbash'

import { lineIndex } from './line-index.ts'

/** A stretch of a word: known text, a variable of the shell, an expression of GitHub's, or what only a shell can tell. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  /** Without `${{` and `}}`. */
  | { readonly kind: 'expression'; readonly text: string }
  /** As it is written: `$(git describe)`, `*.txt`, `${A#v}`. */
  | { readonly kind: 'unknown'; readonly text: string }

/** One word of a command. */
export interface ShellWord {
  /** As it is written, quotes included. */
  readonly text: string
  readonly pieces: readonly Piece[]
  /** Whether it may be several words, or none: a variable outside of quotes is all there is. */
  readonly mayBeMany: boolean
}

const EXPRESSION = /\$\{\{.*?\}\}/gs
const FIRST_MARK = 0xe000
const FILLER = '\uf8ff'
const MARK = /([\ue000-\uf8fe])\uf8ff*/

/** GitHub's expressions of a script, and the script with marks of the same length in their place. */
export interface Marked {
  readonly script: string
  readonly expressions: readonly string[]
  /** Zero-based line of an offset. */
  readonly lineAt: (offset: number) => number
}

/** The runner puts expressions in before the shell reads the script, so that they must not be read as shell. */
export function markExpressions(script: string): Marked {
  const expressions: string[] = []
  const marked = script.replaceAll(EXPRESSION, (text) => {
    expressions.push(text)
    const mark = String.fromCharCode(FIRST_MARK + ((expressions.length - 1) % 0x1000))
    // Line breaks stay, so that lines keep their numbers.
    return mark + text.slice(1).replaceAll(/[^\n]/g, FILLER)
  })
  return { script: marked, expressions, lineAt: lineIndex(marked) }
}

/** The inside of `${{ … }}`. */
export const insideOf = (expression: string): string => expression.slice(3, -2).trim()

/** Reads one word as the parser has it. */
export function readWord(word: Word | Assignment, { script, expressions }: Marked): ShellWord {
  const text = script.slice(word.pos, word.end)
  const pieces = joined(partsOf(word, script).flatMap((part) => piecesOf(part, script)))
  const isBare = !text.includes('"') && !text.includes("'")
  return {
    text: unmarked(text, expressions),
    pieces: pieces.flatMap((piece) => withExpressions(piece, expressions)),
    mayBeMany: isBare && (/^\$\w+$|^\$\{\w+\}$/.test(text) || new RegExp(`^${MARK.source}$`).test(text)),
  }
}

/** Text of a script as its author wrote it. */
export function unmarked(text: string, expressions: readonly string[]): string {
  return text.replaceAll(new RegExp(MARK, 'g'), (_, mark: string) => expressionOf(mark, expressions))
}

function expressionOf(mark: string, expressions: readonly string[]): string {
  return expressions[mark.charCodeAt(0) - FIRST_MARK] ?? ''
}

function partsOf(word: Word | Assignment, script: string): readonly WordPart[] {
  if (word.type === 'Word') return word.parts ?? [literal(word.value)]
  // `KEY=value` behind a command: the name is text, the value a word of its own.
  const { value } = word
  if (value.type !== 'Word') return [literal(script.slice(word.pos, word.end))]
  return [literal(script.slice(word.pos, value.pos)), ...(value.parts ?? [literal(value.value)])]
}

const literal = (value: string): WordPart => ({ type: 'Literal', pos: 0, end: 0, value, text: value })

function piecesOf(part: WordPart, script: string): readonly Piece[] {
  switch (part.type) {
    case 'Literal':
      // A tilde is a home directory only the runner knows.
      return [{ kind: part.value.startsWith('~') ? 'unknown' : 'text', text: part.value }]
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [{ kind: 'text', text: part.value }]
    case 'DoubleQuoted':
      return part.parts.flatMap((child) => piecesOf(child, script))
    case 'SimpleExpansion': {
      const name = part.text.slice(1)
      return [/^[A-Za-z_]\w*$/.test(name) ? { kind: 'variable', name } : { kind: 'unknown', text: part.text }]
    }
    case 'ParameterExpansion': {
      const isPlain = part.operation === undefined && part.prefix === undefined && part.index === undefined
      return [
        isPlain && /^[A-Za-z_]\w*$/.test(part.parameter)
          ? { kind: 'variable', name: part.parameter }
          : { kind: 'unknown', text: part.text },
      ]
    }
    case 'ArithmeticExpansion':
    case 'BraceExpansion':
    case 'CommandExpansion':
    case 'ExtendedGlob':
    case 'Glob':
    case 'LocaleString':
    case 'ProcessSubstitution':
      return [{ kind: 'unknown', text: part.text }]
  }
}

/** Neighbouring texts as one. */
function joined(pieces: readonly Piece[]): readonly Piece[] {
  const result: Piece[] = []
  for (const piece of pieces) {
    const last = result.at(-1)
    if (piece.kind === 'text' && last?.kind === 'text')
      result[result.length - 1] = { kind: 'text', text: last.text + piece.text }
    else result.push(piece)
  }
  return result
}

/** Texts with marks, taken apart at them. */
function withExpressions(piece: Piece, expressions: readonly string[]): readonly Piece[] {
  if (piece.kind === 'variable') return [piece]
  if (piece.kind !== 'text') return [{ ...piece, text: unmarked(piece.text, expressions) }]
  const pieces: Piece[] = []
  let rest = piece.text
  for (let found = MARK.exec(rest); found !== null; found = MARK.exec(rest)) {
    const before = rest.slice(0, found.index)
    // A dollar sign before it makes a variable's name of what it becomes.
    if (before.endsWith('$'))
      pieces.push({
        kind: 'unknown',
        text: `$\${{ ${insideOf(expressionOf(found[1] ?? '', expressions))} }}`,
      })
    else if (before !== '') pieces.push({ kind: 'text', text: before })
    pieces.push({ kind: 'expression', text: insideOf(expressionOf(found[1] ?? '', expressions)) })
    rest = rest.slice(found.index + found[0].length)
  }
  return rest === '' && pieces.length > 0 ? pieces : [...pieces, { kind: 'text', text: rest }]
}
