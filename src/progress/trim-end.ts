/**
 * `text` without any of `character` at its end. In time that grows with the
 * length alone: `/\r+$/` begins anew at each of a million that are followed by
 * something, and what a RUN prints may be just that.
 */
export function trimEnd(text: string, character: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === character) end--
  return text.slice(0, end)
}
