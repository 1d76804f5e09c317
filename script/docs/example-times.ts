/** docs/examples.md with the last cell of a row replaced; a row is known by the words of its first one. Throws without it. */
export function withTime(page: string, row: string, seconds: number): string {
  const lines = page.split('\n')
  const at = lines.findIndex((line) => line.startsWith(`| ${row} |`) || line.startsWith(`| [${row}](`))
  const [, start] = /^(\|.*\|) [^|]* \|$/.exec(lines[at] ?? '') ?? []
  if (start === undefined) throw new Error(`docs/examples.md has no row of ${row}`)
  return lines.with(at, `${start} ${seconds.toFixed(1)} s |`).join('\n')
}
