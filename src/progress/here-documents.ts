import { jsonWords } from './json-words.ts'

/** What ends a here-document, as its instruction announces it. */
export interface HereDocument {
  /** The line that is its end. */
  readonly end: string
  /** `<<-`: tabs may stand before its end. */
  readonly indented: boolean
}

/** Only these can have one, also as a trigger, and not in the form of a JSON list. */
const MAY_HAVE = /^\s*(?:ONBUILD\s+)?(?:ADD|COPY|RUN)\s+(?:--\S+\s+)*/i

/** A whole word, so not one that only quotes it: `"cat <<EOF"`. */
const HERE_DOCUMENT = /^\d*<<(-?)\s*([^<]*)$/

/** The here-documents after an instruction, in order, by the rule of BuildKit's parser, which is also Kaniko's. */
export function hereDocuments(instruction: string): readonly HereDocument[] {
  const keyword = MAY_HAVE.exec(instruction)?.[0]
  if (keyword === undefined || !instruction.includes('<<')) return []
  const content = instruction.slice(keyword.length)
  if (jsonWords(content) !== undefined) return []
  return shellWords(content).flatMap((word) => {
    const [, dash, name = ''] = HERE_DOCUMENT.exec(word) ?? []
    const end = withoutQuotes(name)
    return end === '' ? [] : [{ end, indented: dash === '-' }]
  })
}

/** Blanks, an escaped character, a quoted text, `<<` (also with blanks, which belong to the word), or anything else. */
const PIECE = /\s+|\\.?|'[^']*'|"(?:\\.|[^"\\])*"|<<\s*|<|[^\s'"\\<]+/gsy

/** Words as a shell divides them, quotes and escapes kept; none if a quote has no end. */
function shellWords(text: string): readonly string[] {
  const words = ['']
  let length = 0
  for (const [piece] of text.matchAll(PIECE)) {
    length += piece.length
    if (piece.trim() === '') words.push('')
    else words.push(`${words.pop() ?? ''}${piece}`)
  }
  return length === text.length ? words : []
}

const withoutQuotes = (word: string): string => word.replace(/\\(.?)|["']/g, '$1')
