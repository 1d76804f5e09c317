import { isCollection, isPair, isScalar } from 'yaml'

/** Where the text of a node ends, without comments behind it. */
export function nodeEnd(node: unknown, source: string): number {
  if (isPair(node)) {
    const key = isScalar(node.key) ? (node.key.range?.[1] ?? 0) : 0
    return Math.max(source.indexOf(':', key) + 1, node.value === null ? 0 : nodeEnd(node.value, source))
  }
  if (isCollection(node) && node.flow !== true && node.items.length > 0)
    return nodeEnd(node.items.at(-1), source)
  const [start = 0, end = 0] = (node as { readonly range?: readonly number[] | null } | null)?.range ?? []
  return start + source.slice(start, end).trimEnd().length
}
