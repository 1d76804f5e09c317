/**
 * Whether Go's `filepath.Match(pattern, ".")` takes a pattern: the check that
 * BuildKit makes before it compiles one. Like Go's, it looks no further than
 * the first literal stretch that cannot match the single dot, so a broken
 * bracket behind one is left to the compilation.
 */
export function isGlob(pattern: string): boolean {
  let name = '.'
  for (let rest = Array.from(pattern); rest.length > 0;) {
    const { star, chunk, behind } = nextChunk(rest)
    if (star && chunk.length === 0) return true
    rest = behind
    const here = attempt(chunk, name)
    if (here === 'broken') return false
    if (here !== 'no' && (here === '' || rest.length > 0)) {
      name = here
      continue
    }
    // What a star eats of the dot leaves nothing to match.
    const skipped = star && name !== '' ? attempt(chunk, '') : 'no'
    if (skipped === 'broken') return false
    if (skipped === 'no') return true
    name = skipped
  }
  return true
}

interface Chunk {
  readonly star: boolean
  readonly chunk: readonly string[]
  readonly behind: string[]
}

/** The stretch up to the next star outside brackets. */
function nextChunk(pattern: readonly string[]): Chunk {
  let start = 0
  while (pattern[start] === '*') start++
  let inBrackets = false
  let end = start
  for (; end < pattern.length; end++) {
    const char = pattern[end]
    if (char === '\\') end = Math.min(end + 1, pattern.length - 1)
    else if (char === '[') inBrackets = true
    else if (char === ']') inBrackets = false
    else if (char === '*' && !inBrackets) break
  }
  return { star: start > 0, chunk: pattern.slice(start, end), behind: pattern.slice(end) }
}

/** What is left of `name` (a dot or nothing) behind the chunk, `no` if it does not match. */
function attempt(chunk: readonly string[], name: string): '' | '.' | 'no' | 'broken' {
  let left = name
  let failed = false
  for (let at = 0; at < chunk.length; at++) {
    failed ||= left === ''
    let matches = chunk[at] === '?' || chunk[at] === '.'
    if (chunk[at] === '[') {
      const brackets = readBrackets(chunk, at + 1)
      if (brackets === undefined) return 'broken'
      at = brackets.end
      matches = brackets.hasDot
    } else if (chunk[at] === '\\') {
      at++
      if (at === chunk.length) return 'broken'
      matches = chunk[at] === '.'
    }
    failed ||= !matches
    left = ''
  }
  if (failed) return 'no'
  return left === '.' ? '.' : ''
}

/** Reads a class from behind its bracket; `end` is where the closing one is. */
function readBrackets(chunk: readonly string[], from: number): { end: number; hasDot: boolean } | undefined {
  const negated = chunk[from] === '^'
  let at = negated ? from + 1 : from
  let listed = false
  for (let ranges = 0; chunk[at] !== ']' || ranges === 0; ranges++) {
    const low = readMember(chunk, at)
    if (low === undefined) return undefined
    const high = chunk[low.next] === '-' ? readMember(chunk, low.next + 1) : low
    if (high === undefined) return undefined
    listed ||= low.code <= DOT && DOT <= high.code
    at = high.next
  }
  return { end: at, hasDot: listed !== negated }
}

const DOT = 0x2e

/** One character of a class; Go wants another one behind it, the closing bracket at the least. */
function readMember(chunk: readonly string[], at: number): { code: number; next: number } | undefined {
  const escaped = chunk[at] === '\\'
  const char = escaped ? chunk[at + 1] : chunk[at]
  const next = escaped ? at + 2 : at + 1
  if (char === undefined || next >= chunk.length) return undefined
  if (!escaped && (char === '-' || char === ']')) return undefined
  return { code: char.codePointAt(0) ?? 0, next }
}
