import { compileGoRegexp, readClass } from './go-regexp.ts'
import type { PathItem } from './path-matcher.ts'

/** What a pattern's wildcards become in an expression; see `translate` in ignore-pattern.ts. */
const WILDCARDS: readonly (readonly [source: string, kind: 'directories' | 'name' | 'rest'])[] = [
  ['(.*/)?', 'directories'],
  ['[^/]*', 'name'],
  ['.*', 'rest'],
]

/**
 * The items of an expression that a pattern became, Go's syntax, from its `^`
 * on and without its `$`; undefined if it has one of Go's operators, which
 * BuildKit lets through: `|`, `{2}`, `^`, `\b`. Throws SyntaxError.
 */
export function pathItems(source: string): readonly PathItem[] | undefined {
  const items: PathItem[] = []
  for (let at = 1; at < source.length;) {
    const wildcard = WILDCARDS.find(([text]) => source.startsWith(text, at))
    if (wildcard !== undefined) {
      items.push({ kind: wildcard[1] })
      at += wildcard[0].length
      continue
    }
    if (OPERATOR.test(source.slice(at))) return undefined
    const piece = pieceAt(source, at)
    items.push({ kind: 'one', expression: compileGoRegexp(`^${piece}$`) })
    at += piece.length
  }
  return items
}

const OPERATOR = /^(?:[|^]|\{[0-9]+(?:,[0-9]*)?\}|\\[bBAz])/

/** What stands for one character: itself, an escape, or a class. */
function pieceAt(source: string, at: number): string {
  const chars = Array.from(source.slice(at))
  const [first = ''] = chars
  const length = first === '[' ? readClass(chars, 1).next : first === '\\' ? 2 : 1
  return chars.slice(0, length).join('')
}
