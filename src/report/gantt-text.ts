import { durationWords } from './durations.ts'
import { cut, oneLine } from './visible-text.ts'

/**
 * Mermaid's language for Gantt charts has no way to quote: a colon ends a
 * title, `#` and `;` end a line in some versions, a keyword at a line's start
 * is a statement. What means something to any version is shown as a sign that
 * looks like it; what is neither letter, digit nor known is a dot.
 */
const LOOKALIKES: Readonly<Record<string, string>> = {
  ':': '∶',
  ';': ',',
  '#': '♯',
  '"': '”',
  "'": '’',
  '`': '’',
  '<': '‹',
  '>': '›',
  '{': '(',
  '}': ')',
}

const KNOWN = /[\p{L}\p{N}\p{M} .,\-_/=+@*()[\]&|$?!~^–…·⏎‹›%\\]/u

/** Foreign text that can stand in a chart. */
export function chartText(text: string, limit: number): string {
  const signs = Array.from(
    oneLine(text, limit * 2),
    (sign) => LOOKALIKES[sign] ?? (KNOWN.test(sign) ? sign : '·'),
  )
  return cut(signs.join('').replace(/%+/g, '%').trim(), limit) || '·'
}

/** A bar's title. It begins with a number and a unit, and so with no keyword. */
export function barTitle(milliseconds: number, text: string): string {
  return `${durationWords(milliseconds)} · ${chartText(text, 48)}`
}
