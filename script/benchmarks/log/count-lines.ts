import type { Readable } from 'node:stream'

export interface LineCount {
  /** Numbers from 1 to the last expected one that came at all. */
  readonly distinct: number
  readonly doubled: number
  /** Numbers that came after a larger one. */
  readonly misplaced: number
}

/** Counts the numbered lines of a stream, to its end; tells after each chunk how many different ones have come. */
export async function countLines(
  stream: Readable,
  last: number,
  tell: (distinct: number) => void,
): Promise<LineCount> {
  const seen = new Uint8Array(last + 1)
  let distinct = 0
  let doubled = 0
  let misplaced = 0
  let before = 0
  let rest = ''
  for await (const chunk of stream.setEncoding('latin1') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const number = Number(line)
      if (!(number >= 1 && number <= last)) continue
      if (number < before) misplaced++
      before = number
      if (seen[number] === 1) doubled++
      else distinct++
      seen[number] = 1
    }
    tell(distinct)
  }
  return { distinct, doubled, misplaced }
}
