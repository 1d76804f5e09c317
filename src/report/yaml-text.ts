/**
 * YAML for kubectl and for people. js-yaml's own writer leaves unquoted what
 * YAML 1.2 has for text and kubectl's reader, of YAML 1.1, for a number or a
 * boolean; here everything is quoted that is not text to any reader. Values are
 * JSON's; fields that are undefined are left out.
 */
export function yamlText(documents: readonly object[]): string {
  return documents.map((document) => `${block(document).join('\n')}\n`).join('---\n')
}

/** The lines of a value that is not written on its key's line. */
function block(value: object): readonly string[] {
  return Array.isArray(value) ? value.flatMap(itemLines) : entriesOf(value).flatMap(entryLines)
}

function entryLines([key, value]: readonly [string, unknown]): readonly string[] {
  const name = scalar(key)
  if (isFilled(value)) return [`${name}:`, ...indented(block(value))]
  if (isPlainLines(value)) return [`${name}: |`, ...indented(value.slice(0, -1).split('\n'))]
  return [`${name}: ${scalar(value)}`]
}

function itemLines(value: unknown): readonly string[] {
  if (!isFilled(value)) return [`- ${scalar(value)}`]
  const [first = '', ...rest] = block(value)
  return [`- ${first}`, ...indented(rest)]
}

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`)

const entriesOf = (value: object): readonly (readonly [string, unknown])[] =>
  Object.entries(value).filter(([, one]) => one !== undefined)

function isFilled(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value) ? value.length > 0 : entriesOf(value).length > 0
}

/** Several lines that can stand as they are: a certificate's, mostly. */
function isPlainLines(value: unknown): value is string {
  return typeof value === 'string' && /^(?:[!-~](?:[ -~]*[!-~])?\n){2,}$/.test(value)
}

/** A value on one line. */
function scalar(value: unknown): string {
  if (typeof value === 'string') return textScalar(value)
  // Numbers, booleans, null, and the empty list and mapping are the same in JSON.
  return JSON.stringify(value)
}

/** Text in any YAML: a word, a path, a flag, and no sign that could mean more. */
const WORD = /^(?:--)?[A-Za-z/][\w./@:=,+-]*$/
/** A quantity: no reader takes it for a number. */
const QUANTITY = /^[0-9]+(?:m|[KMGTP]i)$/
/** Words of YAML 1.1 and 1.2 that are no text. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i

function textScalar(text: string): string {
  const isWord = WORD.test(text) && !RESERVED.test(text) && !text.endsWith(':')
  if (isWord || QUANTITY.test(text)) return text
  return /^[ -&(-~]*$/.test(text) ? `'${text}'` : `"${escaped(text)}"`
}

/** As in JSON, but for characters outside of the first plane: YAML has no surrogates. */
function escaped(text: string): string {
  return Array.from(text.toWellFormed(), (character) => {
    if (character === '"' || character === '\\') return `\\${character}`
    if (character === '\n') return '\\n'
    const code = character.codePointAt(0) ?? 0
    if (code >= 0x20 && code < 0x7f) return character
    return code > 0xffff ? `\\U${hexadecimal(code, 8)}` : `\\u${hexadecimal(code, 4)}`
  }).join('')
}

const hexadecimal = (code: number, digits: number): string => code.toString(16).padStart(digits, '0')
