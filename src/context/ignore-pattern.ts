import { isGlob } from './glob-syntax.ts'
import { compileGoRegexp } from './go-regexp.ts'
import { cleanPath, trimSpace } from './ignore-file.ts'
import { pathItems } from './path-items.ts'
import { matchesItems } from './path-matcher.ts'

/** A line of the ignore file that says nothing; `message` names it. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

/** One line of the ignore file, ready to be matched. */
export interface IgnorePattern {
  /** A `!` line: what it matches is kept. */
  readonly isException: boolean
  /** The directories, without wildcards, that everything it matches lies in. */
  readonly literalDirectories: readonly string[]
  /** Throws PatternError. */
  readonly matches: (path: string) => boolean
}

/** Reads one pattern. Throws PatternError for a syntax that BuildKit refuses at once. */
export function ignorePattern(line: string): IgnorePattern {
  const clean = cleanPath(trimSpace(line))
  if (clean === '!') throw new PatternError('"!" alone is not a pattern')
  const isException = clean.startsWith('!')
  const glob = isException ? clean.slice(1) : clean
  if (!isGlob(glob)) throw new PatternError(`${JSON.stringify(line)} is not a valid pattern`)

  // Compiled when first asked: what BuildKit never evaluates, it never refuses.
  let compiled: ((path: string) => boolean) | undefined
  const matches = (path: string): boolean => (compiled ??= compile(glob))(path)
  return { isException, literalDirectories: literalDirectories(glob), matches }
}

function literalDirectories(glob: string): readonly string[] {
  const parts = glob.split('/').slice(0, -1)
  const wild = parts.findIndex((part) => /[*?[\]\\^]/.test(part))
  return wild === -1 ? parts : parts.slice(0, wild)
}

/**
 * What a pattern without any wildcard but one `**` at an end means is not what
 * its expression would mean: `**foo` matches `xfoo`, and `^` is a character
 * there, an anchor elsewhere. So these forms are told apart, as BuildKit does.
 */
function compile(glob: string): (path: string) => boolean {
  const { form, source } = translate(Array.from(glob))
  switch (form) {
    case 'exact':
      return (path) => path === glob
    case 'prefix':
      return (path) => path.startsWith(glob.slice(0, -2))
    case 'suffix': {
      const suffix = glob.slice(2)
      return (path) => path.endsWith(suffix) || (suffix.startsWith('/') && path === suffix.slice(1))
    }
    case 'expression': {
      return matcher(glob, source)
    }
  }
}

/** An expression of JavaScript's is the quickest, but with many wildcards it may take for ever. */
const MOST_WILDCARDS = 2

function matcher(glob: string, source: string): (path: string) => boolean {
  const isMany = source.split('*').length - 1 > MOST_WILDCARDS
  const { expression, items } = refusing(glob, () => ({
    expression: compileGoRegexp(`${source}$`),
    items: isMany ? pathItems(source) : undefined,
  }))
  if (items !== undefined) return (path) => matchesItems(items, path)
  if (isMany) {
    throw new PatternError(
      `${JSON.stringify(glob)} has more than ${MOST_WILDCARDS} wildcards beside a "|", "^" or "{2}", which are operators here`,
    )
  }
  return (path) => expression.test(path)
}

function refusing<T>(glob: string, compiled: () => T): T {
  try {
    return compiled()
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new PatternError(`${JSON.stringify(glob)} is not a valid pattern`, { cause: error })
  }
}

interface Translation {
  readonly form: 'exact' | 'prefix' | 'suffix' | 'expression'
  /** In Go's syntax. */
  readonly source: string
}

// BuildKit means to escape | { } too, but its table has no room for them: in an expression they are operators.
const ESCAPED = new Set('.+()$')

function translate(glob: readonly string[]): Translation {
  let form: Translation['form'] = 'exact'
  let source = '^'
  for (let at = 0; at < glob.length;) {
    const start = at
    const char = glob[at++] ?? ''
    if (char === '*' && glob[at] === '*') {
      at++
      if (glob[at] === '/') at++
      const isLast = at === glob.length
      if (isLast && form === 'exact') form = 'prefix'
      else {
        source += isLast ? '.*' : '(.*/)?'
        form = 'expression'
      }
      if (start === 0) form = 'suffix'
    } else if (char === '*' || char === '?') {
      source += char === '*' ? '[^/]*' : '[^/]'
      form = 'expression'
    } else if (char === '\\' && at < glob.length) {
      source += `\\${glob[at++] ?? ''}`
      form = 'expression'
    } else if (char === '[' || char === ']') {
      source += char
      form = 'expression'
    } else {
      source += ESCAPED.has(char) ? `\\${char}` : char
    }
  }
  return { form, source }
}
