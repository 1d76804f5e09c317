// What Go's unicode.IsSpace says; JavaScript's trim() differs in U+0085 and U+FEFF.
const SPACES = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+'
const LEADING_SPACES = new RegExp(`^${SPACES}`)
const TRAILING_SPACES = new RegExp(`${SPACES}$`)

/**
 * The patterns of an ignore file, as BuildKit reads it: a byte order mark is
 * dropped, a `#` comments only at the very start of a line, and a pattern
 * loses its outer spaces and its leading slash.
 */
export function ignorePatterns(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map(trimSpace)
    .filter((line) => line !== '')
    .map((line) => (line.startsWith('!') ? `!${relative(trimSpace(line.slice(1)))}` : relative(line)))
}

function relative(pattern: string): string {
  if (pattern === '') return ''
  const clean = cleanPath(pattern)
  return clean.length > 1 && clean.startsWith('/') ? clean.slice(1) : clean
}

/** Go's `strings.TrimSpace`. */
export function trimSpace(text: string): string {
  return text.replace(LEADING_SPACES, '').replace(TRAILING_SPACES, '')
}

/** Go's `filepath.Clean` on Linux: the shortest path that means the same, never empty, without a slash at its end. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith('/')
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') kept.push(part)
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (!rooted) kept.push(part)
  }
  const clean = (rooted ? '/' : '') + kept.join('/')
  return clean === '' ? '.' : clean
}
