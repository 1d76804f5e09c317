import { type Parsed, parsed, refused } from './parsed.ts'

/** One entry of `secrets`, without the quotes around it. */
export interface SecretRecord {
  /** Of its first line; 1 is the first. */
  readonly number: number
  readonly text: string
}

/** A record in quotes, in which a quote is doubled, or a line; then a line's end. */
const RECORD = /(?:[^\S\r\n]*"((?:[^"]|"")*)"[^\S\r\n]*|([^\r\n]*))(?:\r\n|\n|\r|$)/y

/**
 * The records of `secrets`, as docker/build-push-action reads them: one a line,
 * or in double quotes over several lines, `"key=line 1⏎line 2"`, with `""` for a
 * quote. Quotes that do not begin a record are part of it.
 */
export function secretRecords(text: string): Parsed<readonly SecretRecord[]> {
  const records: SecretRecord[] = []
  for (let at = 0, number = 1; at < text.length;) {
    RECORD.lastIndex = at
    const [whole = '', quoted, line = ''] = RECORD.exec(text) ?? []
    if (quoted === undefined && line.trimStart().startsWith('"')) {
      // What follows may be the rest of it.
      return refused(
        `line ${number} begins a quote that does not end at the end of a line; a quote within the value is doubled: ""`,
      )
    }
    if (quoted !== undefined) records.push({ number, text: quoted.replaceAll('""', '"') })
    else if (says(line)) records.push({ number, text: line })
    number += whole.split(/\r\n|\n|\r/).length - 1
    at += whole.length
  }
  return parsed(records)
}

const says = (line: string): boolean => line.trim() !== '' && !line.trimStart().startsWith('#')
