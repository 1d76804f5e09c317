import type { BuildkitLast } from '../progress/buildkit-progress.ts'

/** What BuildKit says in the end, from its plain text; `lines` oldest first. */
export function plainLast(lines: readonly string[]): BuildkitLast {
  const failed = lines.flatMap((line) => /^#(\d+) ERROR: (.*)$/s.exec(line)?.slice(1) ?? [])
  const [id, error = ''] = failed.slice(-2)
  const headers = lines.flatMap((line) => {
    const [, number, name] = /^#(\d+) (\[.*|exporting to .*|importing .*)$/s.exec(line) ?? []
    return number === undefined || name === undefined ? [] : [{ number, name }]
  })
  const name = headers.findLast(({ number }) => number === id)?.name
  const output = lines.flatMap((line) => {
    const [, number, text] = /^#(\d+) \d+\.\d+ (.*)$/s.exec(line) ?? []
    return text === undefined || (id !== undefined && number !== id) ? [] : [text]
  })
  return {
    words: lines.filter((line) => !line.startsWith('#')),
    failed: name === undefined ? undefined : { name, error, output },
    current: headers.at(-1)?.name,
    output,
  }
}
