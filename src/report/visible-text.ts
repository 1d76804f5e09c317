/** Colours, cursor movements, window titles, links: what a terminal obeys instead of showing. */
const TERMINAL_SEQUENCES =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b\r\n]{0,2000}(?:\u0007|\u001b\\)|[@-Z\\^_])/g

const LINE_END = /\r\n|[\n\r\u0085\u2028\u2029]/

/** Characters that change the direction of the text around them: with them a text reads as what it is not. */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Control characters but for line ends and tabs, which mean something in a text. */
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f]/g

/**
 * Foreign text as lines in which everything can be seen: without what steers
 * a terminal, with names in place of characters that turn the direction of
 * text around, with pictures (`␀`) in place of control characters.
 */
export function visibleLines(text: string): readonly string[] {
  return text.split(LINE_END).map(visible)
}

/** The same on one line, `⏎` where lines ended, cut after so many characters. */
export function oneLine(text: string, limit: number): string {
  // Twice the limit is kept, so that blanks and escapes which go do not shorten what is shown.
  const lines = visibleLines(text.slice(0, limit * 2 + 1000).trim())
  const line = lines.map((one) => one.replace(/\s+/g, ' ').trim()).join(' ⏎ ')
  return cut(line.trim(), limit)
}

/** At most so many characters, ` …` where some are missing. */
export function cut(text: string, limit: number): string {
  return text.length > limit
    ? `${text
        .slice(0, limit)
        .toWellFormed()
        .replace(/\ufffd$/, '')} …`
    : text
}

function visible(line: string): string {
  return line
    .toWellFormed()
    .replace(TERMINAL_SEQUENCES, '')
    .replaceAll('\t', '    ')
    .replace(
      DIRECTIONS,
      (character) => `‹U+${codeOf(character).toString(16).toUpperCase().padStart(4, '0')}›`,
    )
    .replace(CONTROLS, picture)
}

/** Unicode has a picture for each of the first 32, and for delete. */
function picture(character: string): string {
  const code = codeOf(character)
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  return code === 0x7f ? '␡' : '\ufffd'
}

const codeOf = (character: string): number => character.codePointAt(0) ?? 0
