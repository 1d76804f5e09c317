import { lineIndex } from './line-index.ts'
import type { ShellStatement } from './shell-script.ts'

/**
 * Some statements of a script, with the comments and empty lines around them:
 * `kept` in the script's order. Of lines that also had other statements only
 * the kept ones are left, each on a line of its own.
 */
export function cutScript(
  script: string,
  all: readonly ShellStatement[],
  kept: readonly ShellStatement[],
): string {
  const lines = script.split('\n')
  const [first] = kept
  const last = kept.at(-1)
  if (first === undefined || last === undefined) return ''
  const lineAt = lineIndex(script)
  const spans = all.map((statement) => ({
    statement,
    from: lineAt(statement.pos),
    to: lineAt(statement.end),
  }))
  const isKept = new Set(kept)
  // From the end of the last statement before on, so that a comment above stays.
  const from = Math.max(
    0,
    ...spans.filter(({ statement }) => statement.pos < first.pos).map(({ to }) => to + 1),
  )
  const next = spans.find(({ statement }) => statement.pos > last.pos && !isKept.has(statement))
  const until = next === undefined ? lines.length - 1 : next.from - 1
  const result: string[] = []
  for (let at = Math.min(from, lineAt(first.pos)); at <= Math.max(until, lineAt(last.end)); at += 1) {
    const here = spans.filter((span) => span.from <= at && at <= span.to)
    if (here.every(({ statement }) => isKept.has(statement))) result.push(lines[at] ?? '')
    else {
      // A comment right above what goes is about that.
      if (here.some((span) => span.from === at)) while (/^\s*#(?!!)/.test(result.at(-1) ?? '')) result.pop()
      for (const { statement, from: line } of here)
        if (isKept.has(statement) && line === at) result.push(script.slice(statement.pos, statement.end))
    }
  }
  return trimmed(result)
}

/** Without empty lines and comments that nothing follows. */
function trimmed(lines: readonly string[]): string {
  const result = [...lines]
  while (/^\s*(#.*)?$/.test(result.at(-1) ?? '#none')) if (result.pop() === undefined) break
  while (result[0]?.trim() === '') result.shift()
  return result.join('\n')
}
