import { type Parsed, type ValueProblem, parsed } from './parsed.ts'

/** Lines that say something: neither blank nor a `#` comment. Numbers begin at 1 and count all lines. */
export function meaningfulLines(text: string): readonly { readonly number: number; readonly line: string }[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ number: index + 1, line }))
    .filter(({ line }) => line.trim() !== '' && !line.trimStart().startsWith('#'))
}

/** Entries of a list, one a line, trimmed. */
export function listOfLines(text: string): readonly string[] {
  return meaningfulLines(text).map(({ line }) => line.trim())
}

/** Entries of a list that commas separate as well. */
export function listWithCommas(text: string): readonly string[] {
  return listOfLines(text)
    .flatMap((line) => line.split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/**
 * Reads `KEY=value` lines. The problems name lines by number and show no value:
 * a line that does not fit may be the rest of a secret that has line breaks.
 */
export function parseMap(text: string): Parsed<ReadonlyMap<string, string>> {
  const map = new Map<string, string>()
  const problems: ValueProblem[] = []
  for (const { number, line } of meaningfulLines(text)) {
    const equals = line.indexOf('=')
    const key = line.slice(0, Math.max(equals, 0)).trimStart()
    const problem = equals < 0 ? 'has no "="; write KEY=value' : keyProblem(key)
    if (problem === undefined) map.set(key, line.slice(equals + 1))
    else problems.push({ problem: `line ${number} ${problem}` })
  }
  return problems.length > 0 ? { kind: 'problems', problems } : parsed(map)
}

function keyProblem(key: string): string | undefined {
  if (key.trim() === '') return 'has nothing before "="; write KEY=value'
  if (key !== key.trimEnd()) return 'has a blank before "="; write KEY=value without it'
  if (/\s/.test(key)) return 'has a blank in its key; write KEY=value'
  return undefined
}
