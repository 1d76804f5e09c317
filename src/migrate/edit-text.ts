import type { StepChange } from './plan-job.ts'

/** A stretch of a text, by UTF-16 code units with the end excluded, and what takes its place. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The text with all edits made, with its own line ends; all else is the same byte for byte. Edits do not overlap. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  const lineEnd = source.includes('\r\n') ? '\r\n' : '\n'
  let text = source
  for (const { start, end, text: other } of [...edits].sort((a, b) => b.start - a.start))
    text = text.slice(0, start) + other.replaceAll(/\r?\n/g, lineEnd) + text.slice(end)
  return text
}

/** The edit that a step's change is. */
export function stepEdit(source: string, { step, texts }: StepChange): Edit {
  const lineStart = source.lastIndexOf('\n', step.start - 1) + 1
  const [first, ...more] = texts
  if (first === undefined) return removal(source, lineStart, step.end)
  const firstKey = step.node.range?.[0] ?? step.start
  const dash = source.slice(step.start, firstKey)
  const lead = `\n${source.slice(lineStart, step.start)}`
  return { start: step.start, end: step.end, text: [first, ...more].map((text) => dash + text).join(lead) }
}

/** Takes a step out with the comment right above it, and one of the empty lines around it. */
function removal(source: string, start: number, end: number): Edit {
  let from = start
  for (;;) {
    const before = source.lastIndexOf('\n', from - 2) + 1
    if (from === 0 || !/^\s*#/.test(source.slice(before, from))) break
    from = before
  }
  const lineEnd = source.indexOf('\n', end)
  let until = lineEnd === -1 ? source.length : lineEnd + 1
  const isAfterEmpty = source.slice(0, from).endsWith('\n\n')
  if (isAfterEmpty && source[until] === '\n') until += 1
  else if (isAfterEmpty && until === source.length) from -= 1
  return { start: from, end: until, text: '' }
}
