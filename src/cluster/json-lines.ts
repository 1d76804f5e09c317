const NEWLINE = 0x0a

/**
 * The JSON values of a stream that holds one a line. Lines are found in the
 * bytes: a character may be split over two chunks. A cut last line is left
 * out; one that is no JSON is passed on as undefined.
 */
export async function* jsonLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<unknown, void> {
  let rest: Buffer[] = []
  for await (const chunk of chunks) {
    let begin = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, begin)) {
      const line = Buffer.concat([...rest, chunk.subarray(begin, end)]).toString('utf8')
      rest = []
      begin = end + 1
      if (line.trim() !== '') yield parse(line)
    }
    if (begin < chunk.length) rest.push(chunk.subarray(begin))
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
