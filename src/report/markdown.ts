/**
 * Markdown around texts that are not to be trusted. Every function here takes
 * foreign text and gives Markdown that shows it and does nothing else: no
 * markup, links, pictures, mentions or references come of it.
 */
import { cut, oneLine, visibleLines } from './visible-text.ts'

const CODE_WIDTH = 200
const PROSE_WIDTH = 1000
const LINE_WIDTH = 500

/** Text on one line between backticks, more of them than stand in the text. */
export function code(text: string, limit = CODE_WIDTH): string {
  const line = oneLine(text, limit) || '(empty)'
  const fence = '`'.repeat(longestRun(line, 0) + 1)
  const blank = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${blank}${line}${blank}${fence}`
}

/** A sentence, in which parts between backticks are code, as the words of failures have them. */
export function prose(text: string, limit = PROSE_WIDTH): string {
  const parts = (oneLine(text, limit) || '(empty)').split(/(`[^`]+`)/)
  return (
    parts
      .map((part, at) => (at % 2 === 1 ? code(part.slice(1, -1), limit) : plain(part)))
      .join('')
      // Two pieces of code side by side would become one.
      .replaceAll('``', '` `')
      // What would make a list, a heading or a line of the first word.
      .replace(/^(\d{1,9})([.)])/, '$1\\$2')
      .replace(/^[-+=#:]/, '\\$&')
  )
}

/** Words that GitHub turns into links, mentions or pictures even where they are plain text. */
const ACTIVE = /@|#\w|:\/\/|www\.|:[\w+-]+:|\bGH-\d|^[0-9a-f]{7,64}$/i

function plain(text: string): string {
  return text
    .split(/(\s+)/)
    .map((word) => (ACTIVE.test(word) ? code(word.replaceAll('`', 'ˋ')) : escaped(word)))
    .join('')
}

function escaped(word: string): string {
  return word.replaceAll('`', 'ˋ').replace(/[\\*_[\]<>~&$]/g, '\\$&')
}

/** Lines between fences longer than any in them; `more` is said where lines are missing. */
export function fenced(language: string, lines: readonly string[], limit: number): string {
  const shown = lines.flatMap(visibleLines).map((line) => cut(line, LINE_WIDTH).trimEnd())
  const kept =
    shown.length > limit ? [...shown.slice(0, limit), `… and ${shown.length - limit} more lines`] : shown
  const fence = '`'.repeat(Math.max(3, ...kept.map((line) => longestRun(line, 2) + 1)))
  return [`${fence}${language}`, ...kept, fence].join('\n')
}

/** A table; columns with a number of `right` stand to the right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cellOf).join(' | ')} |`
  const rule = head.map((_, at) => (right.includes(at) ? '--:' : ':--'))
  return [line(head), `|${rule.join('|')}|`, ...rows.map(line)].join('\n')
}

/** Words that are not to be torn apart at the end of a line. */
export function unbroken(words: string): string {
  return words.replaceAll(' ', '\u00a0')
}

/**
 * A pipe ends a cell, in code as well, unless a backslash stands before it. One
 * that has a backslash of its own before it cannot be told so that all readers
 * of Markdown agree; it is shown as a sign that looks like it.
 */
function cellOf(markdown: string): string {
  return markdown.replace(/(\\*)\|/g, (_, before: string) => before + (before.length % 2 === 0 ? '\\|' : '∣'))
}

/** Markdown that is shown after a click on `title`, which is text of ours. */
export function folded(title: string, markdown: string): string {
  return `<details><summary>${title}</summary>\n\n${markdown}\n\n</details>`
}

function longestRun(text: string, least: number): number {
  return Math.max(least, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length))
}
