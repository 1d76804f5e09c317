import { isScalar } from 'yaml'
import type { YAMLMap } from 'yaml'

import { nodeEnd } from './node-end.ts'

/** One `key: value` of a mapping, as its file has it. */
export interface Entry {
  readonly key: string
  readonly text: string
}

interface Placed extends Entry {
  /** What stands between it and the one before: a line break, comments, blanks. */
  readonly gap: string
}

/** The entries of a block mapping, with the text between them. */
function entriesOf(node: YAMLMap, source: string): readonly Placed[] {
  let before: number | undefined
  return node.items.flatMap((pair) => {
    const { key } = pair
    if (!isScalar(key)) return []
    const start = key.range?.[0] ?? 0
    const end = nodeEnd(pair, source)
    const gap = before === undefined ? '' : source.slice(before, start)
    before = end
    return [{ key: String(key.value), text: source.slice(start, end), gap }]
  })
}

/** What becomes of an entry: the same, nothing, or other entries. */
export type Change = (entry: Entry) => readonly string[] | undefined

/**
 * The text of a block mapping, from its first key on, with some entries changed:
 * all else stays byte for byte. `change` returns the texts that take an entry's
 * place, undefined where it stays. `more` follows the last one.
 */
export function changeMap(
  node: YAMLMap,
  source: string,
  indent: number,
  change: Change,
  more: readonly string[] = [],
): string {
  let text = ''
  let isSame = true
  for (const entry of entriesOf(node, source)) {
    const others = change(entry)
    const gap = isSame ? entry.gap : entry.gap.replace(/^[^\n]*/, '')
    isSame = others === undefined
    const texts = others ?? [entry.text]
    if (texts.length === 0) continue
    const lead = text === '' ? '' : gap.includes('\n') ? gap : `\n${' '.repeat(indent)}`
    text += lead + texts.join(`\n${' '.repeat(indent)}`)
  }
  return [text, ...more].filter((part) => part !== '').join(`\n${' '.repeat(indent)}`)
}

/** The text of `node` below a key, whose entries stand `indent` columns in. */
export function below(key: string, text: string, indent: number): string {
  return `${key}:\n${' '.repeat(indent)}${text}`
}

/** Columns before the first key of a block mapping. */
export function columnOf(node: YAMLMap, source: string): number {
  const start = node.range?.[0] ?? 0
  return start - (source.lastIndexOf('\n', start - 1) + 1)
}
