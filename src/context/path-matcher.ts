/**
 * Whether a path is matched by `items`, in time that grows with the product of
 * both lengths. An expression of JavaScript goes back from each `*` to the one
 * before: seven of them and a name of a hundred letters keep it busy for
 * minutes, and whoever sends a pull request writes the ignore file. (Go's,
 * which BuildKit asks, do not go back.)
 */
export function matchesItems(items: readonly PathItem[], path: string): boolean {
  const chars = Array.from(path)
  // After how many characters the items so far may have ended.
  let ends = Array.from({ length: chars.length + 1 }, (_, at) => at === 0)
  for (const item of items) ends = next(item, chars, ends)
  return ends[chars.length] ?? false
}

/** What stands in a pattern, one after the other. */
export type PathItem =
  /** One character that the expression matches. */
  | { readonly kind: 'one'; readonly expression: RegExp }
  /** Any number of characters of one name: `*`. */
  | { readonly kind: 'name' }
  /** Any number of whole directories: `**` and a slash. */
  | { readonly kind: 'directories' }
  /** All that is left: `**` at the end. */
  | { readonly kind: 'rest' }

function next(item: PathItem, chars: readonly string[], ends: readonly boolean[]): boolean[] {
  // Whether what the item can be continued from was seen before `at`.
  let isOpen = false
  return Array.from({ length: chars.length + 1 }, (_, at) => {
    const isEnd = ends[at] ?? false
    const before = chars[at - 1] ?? ''
    switch (item.kind) {
      case 'one':
        return at > 0 && (ends[at - 1] ?? false) && item.expression.test(before)
      case 'name':
        isOpen = isEnd || (isOpen && before !== '/')
        return isOpen
      case 'directories': {
        // `.` of Go's is no line end.
        isOpen = at > 0 && (isOpen || (ends[at - 1] ?? false)) && before !== '\n'
        return isEnd || (isOpen && before === '/')
      }
      case 'rest':
        isOpen = isEnd || (isOpen && before !== '\n')
        return isOpen
    }
  })
}
