import { randomBytes } from 'node:crypto'

import type { UntrustedText } from './runner.ts'

/**
 * Prints foreign lines between `::stop-commands::TOKEN` and `::TOKEN::`.
 *
 * GitHub's runner obeys any line of a step's output that looks like a command:
 * a Dockerfile's RUN could set our outputs, rewrite the state that our post
 * phase deletes by, or blank the log with masks. The token is fresh for each
 * stretch, so that nothing printed earlier can end a later one.
 */
export function untrustedText(
  write: (line: string) => void,
  random: () => string = () => randomBytes(16).toString('hex'),
): UntrustedText {
  const token = `hybrid-kubernetes-build-${random()}`
  let ended = false
  write(`::stop-commands::${token}`)
  return {
    line(text) {
      if (ended) throw new Error('a stretch of untrusted text was written to after its end')
      for (const line of harmless(text)) write(line)
    },
    end() {
      if (ended) return
      ended = true
      write(`::${token}::`)
    },
  }
}

/** More of a line than this nobody reads, and log viewers choke on; the whole is in the raw log. In characters. */
const LONGEST_LINE = 16_384

/** Whatever makes a line more than plain text. Most lines have none of it, and are not looked at further. */

const SPECIAL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]|##\[/
/** Also several of them: what overwrites itself again and again is told once each time it says something. */
const LINE_ENDS = /[\r\n\u0085\u2028\u2029]+/

/** Lines that one line of output may become: progress bars have hundreds. */
const MOST_LINES = 2_000
/** More than that in one line is not looked at: every look at it takes time. In characters. */
const LONGEST_TEXT = 1 << 20

/**
 * The lines that one line of foreign output becomes: as it is, as far as that
 * is safe. The runner ends lines at a bare CR as well, and its log view colours
 * `##[…]` anywhere in a line as if the runner had said it. Colours stay; what
 * moves the cursor, rewrites the screen or turns the direction of text is made
 * visible instead.
 */
export function harmless(text: string): readonly string[] {
  if (text.length <= LONGEST_LINE && !SPECIAL.test(text)) return [text]
  const lines = cut(text, LONGEST_TEXT).split(LINE_ENDS)
  // The end of a line from Windows is no line of its own.
  if (lines.length > 1 && lines.at(-1) === '') lines.pop()
  const rest = lines.length - MOST_LINES
  const shown = lines.slice(0, MOST_LINES).map(harmlessLine)
  return rest > 0 ? [...shown, `… (${rest} lines more)`] : shown
}

function harmlessLine(line: string): string {
  return withoutControls(cut(line, LONGEST_LINE)).replaceAll('##[', '# #[')
}

/** `text`, or its beginning and how much is left out. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text
  // Not in the middle of a surrogate pair.
  const end = /[\ud800-\udbff]/.test(text.charAt(longest - 1)) ? longest - 1 : longest
  return `${text.slice(0, end)} … (${text.length - end} characters more)`
}

/** ECMA-48: select graphic rendition, that is colours and weights. */

const COLOUR = /\x1b\[[0-9;:]*m/g

const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g

function withoutControls(line: string): string {
  const colours = line.match(COLOUR) ?? []
  const plain = line.split(COLOUR).map((part) => part.replace(CONTROL, picture))
  const shown = plain.map((part, at) => part + (colours[at] ?? '')).join('')
  // A colour ends with its line: what follows may be ours.
  return colours.length > 0 && colours.at(-1) !== RESET ? shown + RESET : shown
}

const RESET = '\x1b[0m'

/** U+2400 and on are pictures of the control characters: ␀, ␛ … */
function picture(control: string): string {
  const code = control.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : '\ufffd'
}
