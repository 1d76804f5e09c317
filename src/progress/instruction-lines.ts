import { hereDocuments } from './here-documents.ts'
import type { HereDocument } from './here-documents.ts'

/** An instruction, and the lines that it stands on. */
export interface InstructionLines {
  /** Continuation lines joined, comments between them left out; of a here-document its first line only. */
  readonly text: string
  /** Counted from 0. */
  readonly first: number
  /** Its own, too. */
  readonly last: number
}

/** Divides a Dockerfile into its instructions, as BuildKit's parser does, which is also Kaniko's. Never throws. */
export function instructionLines(lines: readonly string[]): readonly InstructionLines[] {
  const continued = continuedBy(lines)
  const found: InstructionLines[] = []
  for (let at = 0; at < lines.length; at += 1) {
    if (isSkipped(lines[at])) continue
    const joined = joinedFrom(at, lines, continued)
    const last = hereDocuments(joined.text).reduce((line, one) => endOf(one, line, lines), joined.last)
    found.push({ ...joined, last })
    at = last
  }
  return found
}

/** Blank, or a comment; also between continued lines. */
const isSkipped = (line = ''): boolean => /^\s*(?:#|$)/.test(line)

const DIRECTIVE = /^\s*#\s*([a-z][a-z0-9]*)\s*=(.*)$/i

/** What continues a line at its end: a backslash, or what a directive before all else names. Doubled it does not. */
function continuedBy(lines: readonly string[]): RegExp {
  for (const line of lines) {
    const [, name, value] = DIRECTIVE.exec(line) ?? []
    if (name === undefined) break
    if (name.toLowerCase() === 'escape' && value?.trim() === '`') return /(^|[^`])`[ \t]*$/
  }
  return /(^|[^\\])\\[ \t]*$/
}

function joinedFrom(first: number, lines: readonly string[], continued: RegExp): InstructionLines {
  let text = ''
  let last = first
  for (let at = first; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (isSkipped(line)) continue
    const part = line.replace(continued, '$1')
    text += part
    last = at
    if (part === line) break
  }
  return { text, first, last }
}

/** The line that ends a here-document which begins after this one; the file's last, if none does. */
function endOf({ end, indented }: HereDocument, before: number, lines: readonly string[]): number {
  for (let at = before + 1; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if ((indented ? line.replace(/^\t+/, '') : line) === end) return at
  }
  return lines.length - 1
}
