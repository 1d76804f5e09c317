import { oneLine } from './api-error.ts'

/** `299 - "text"`, several of them with commas between; quotes within the text are escaped. RFC 7234, 5.5. */
const WARNING = /\d{3} \S+ "((?:[^"\\]|\\.)*)"/g

/** The texts of a `Warning` header, each once and on one line; Node joins several headers to one. */
export function warningsIn(header: string | readonly string[] | undefined): readonly string[] {
  const all = typeof header === 'object' ? header.join(', ') : (header ?? '')
  const texts = [...all.matchAll(WARNING)].map(([, text = '']) => oneLine(text.replace(/\\(.)/g, '$1')))
  return [...new Set(texts)].filter((text) => text !== '')
}
