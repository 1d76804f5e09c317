/**
 * Compiles what a `.dockerignore` pattern becomes in BuildKit, an expression
 * in Go's syntax, for JavaScript. The two differ in classes (`[]a]`, `[[:digit:]]`),
 * in `.`, `\s` and stray brackets; every literal is written as a code point,
 * so that nothing in it can mean something here that it does not mean there.
 *
 * Throws SyntaxError for what Go refuses, and for the escapes that name a
 * character in a roundabout way (`\x41`, `\pL`, `\Q`, `\101`): a build that
 * stops is better than one that guesses.
 */
export function compileGoRegexp(source: string): RegExp {
  const chars = Array.from(source)
  let compiled = ''
  for (let at = 0; at < chars.length;) {
    const char = chars[at] ?? ''
    if (char === '[') {
      const found = readClass(chars, at + 1)
      compiled += found.compiled
      at = found.next
    } else if (char === '\\') {
      compiled += escape(chars[at + 1], OUTSIDE)
      at += 2
    } else if (char === '{') {
      const count = repetition(chars, at)
      compiled += count ?? literal(char)
      at += count?.length ?? 1
    } else {
      compiled += OPERATORS[char] ?? literal(char)
      at++
    }
  }
  return new RegExp(compiled, 'v')
}

const OPERATORS: Readonly<Record<string, string>> = {
  '^': '(?:^)',
  $: '(?:$)',
  '(': '(',
  ')': ')',
  '*': '*',
  '?': '?',
  '|': '|',
  '.': '[^\\n]',
}

const SETS: Readonly<Record<string, string>> = {
  d: '[0-9]',
  D: '[^0-9]',
  s: '[\\t\\n\\f\\r\\x20]',
  S: '[^\\t\\n\\f\\r\\x20]',
  w: '[0-9A-Za-z_]',
  W: '[^0-9A-Za-z_]',
}
const CONTROLS: Readonly<Record<string, string>> = {
  a: '\\x07',
  f: '\\f',
  n: '\\n',
  r: '\\r',
  t: '\\t',
  v: '\\v',
}
const INSIDE = { ...SETS, ...CONTROLS }
// In groups, for Go lets an assertion be repeated.
const OUTSIDE = { ...INSIDE, b: '(?:\\b)', B: '(?:\\B)', A: '(?:^)', z: '(?:$)' }

const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t\\x20',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e',
  space: '\\t-\\r\\x20',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}

interface Part {
  readonly compiled: string
  readonly next: number
}

/** Reads a class from behind its `[`; `next` is behind its `]`. Throws SyntaxError. */
export function readClass(chars: readonly string[], from: number): Part {
  const negated = chars[from] === '^'
  let at = negated ? from + 1 : from
  let compiled = ''
  // A bracket in the first place is a member.
  for (let first = true; first || chars[at] !== ']'; first = false) {
    const part = readPosix(chars, at) ?? readRange(chars, at)
    compiled += part.compiled
    at = part.next
  }
  return { compiled: `[${negated ? '^' : ''}${compiled}]`, next: at + 1 }
}

function readPosix(chars: readonly string[], at: number): Part | undefined {
  if (chars[at] !== '[' || chars[at + 1] !== ':') return undefined
  const colon = chars.findIndex((char, index) => index >= at + 2 && char === ':' && chars[index + 1] === ']')
  if (colon === -1) return undefined
  const name = chars.slice(at + 2, colon).join('')
  const negated = name.startsWith('^')
  const members = new Map(Object.entries(POSIX)).get(negated ? name.slice(1) : name)
  if (members === undefined) throw new SyntaxError(`there is no class [:${name}:]`)
  return { compiled: `[${negated ? '^' : ''}${members}]`, next: colon + 2 }
}

function readRange(chars: readonly string[], at: number): Part {
  const set = chars[at] === '\\' ? SETS[chars[at + 1] ?? ''] : undefined
  if (set !== undefined) return { compiled: set, next: at + 2 }
  const low = readMember(chars, at)
  const isRange = chars[low.next] === '-' && chars[low.next + 1] !== undefined && chars[low.next + 1] !== ']'
  if (!isRange) return low
  const high = readMember(chars, low.next + 1)
  return { compiled: `${low.compiled}-${high.compiled}`, next: high.next }
}

function readMember(chars: readonly string[], at: number): Part {
  const char = chars[at]
  if (char === undefined) throw new SyntaxError('a [ is not closed')
  if (char !== '\\') return { compiled: literal(char), next: at + 1 }
  return { compiled: escape(chars[at + 1], CONTROLS), next: at + 2 }
}

function escape(char: string | undefined, known: Readonly<Record<string, string>>): string {
  if (char === undefined) throw new SyntaxError('nothing follows the last \\')
  const meaning = known[char]
  if (meaning !== undefined) return meaning
  if (char > '\x7f' || /[0-9A-Za-z]/.test(char)) throw new SyntaxError(`\\${char} is not an escape`)
  return literal(char)
}

/** `{2}`, `{2,}` or `{2,3}`; other braces are literal. */
function repetition(chars: readonly string[], at: number): string | undefined {
  const [found, low, high] = /^\{([0-9]+)(?:,([0-9]*))?\}/.exec(chars.slice(at).join('')) ?? []
  if (Number(low) > MOST_REPETITIONS || Number(high ?? 0) > MOST_REPETITIONS)
    throw new SyntaxError('repeated too often')
  return found
}

/** Go's limit. */
const MOST_REPETITIONS = 1000

function literal(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`
}
