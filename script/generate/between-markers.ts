/** `text` with what stands between `<!-- NAME:begin -->` and `<!-- NAME:end -->` replaced; undefined without the markers. */
export function betweenMarkers(text: string, name: string, content: string): string | undefined {
  const begin = `<!-- ${name}:begin -->`
  const end = `<!-- ${name}:end -->`
  const from = text.indexOf(begin)
  const to = text.indexOf(end, from)
  if (from < 0 || to < 0) return undefined
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`
}
