import { marked } from 'marked'
import type { Token, Tokens } from 'marked'

/** A fenced block of code. */
export interface Block {
  /** All that stands behind the fence: `sh no-run`. */
  readonly info: string
  readonly text: string
  /** The nearest heading above it. */
  readonly section: string
}

/** What is read of a page in Markdown, as GitHub shows it. */
export interface Page {
  readonly blocks: readonly Block[]
  /** Addresses of its links and pictures, as they are written. */
  readonly links: readonly string[]
  /** What a link may name behind `#`. */
  readonly anchors: ReadonlySet<string>
}

/** Reads a page. */
export function readPage(markdown: string): Page {
  const blocks: Block[] = []
  const links: string[] = []
  const anchors = new Set<string>()
  let section = ''
  // Its visitor may be asynchronous; this one is not.
  void marked.walkTokens(marked.lexer(markdown), (token) => {
    if (isHeading(token)) {
      section = plain(token.tokens)
      anchors.add(unused(slug(section), anchors))
    } else if (isCode(token)) {
      blocks.push({ info: token.lang ?? '', text: token.text, section })
    } else if (isLink(token)) {
      links.push(token.href)
    } else if (token.type === 'html') {
      for (const [, name = ''] of token.raw.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(name)
      for (const [, href = ''] of token.raw.matchAll(/\b(?:href|src)="([^"]+)"/g)) links.push(href)
    }
  })
  return { blocks, links, anchors }
}

// marked's Token is open: any type may be one of an extension's.
const isHeading = (token: Token): token is Tokens.Heading => token.type === 'heading'
const isCode = (token: Token): token is Tokens.Code => token.type === 'code'
const isLink = (token: Token): token is Tokens.Link | Tokens.Image =>
  token.type === 'link' || token.type === 'image'

/** A heading's text without its marks. */
function plain(tokens: readonly Token[]): string {
  return tokens
    .map((token) => ('tokens' in token && Array.isArray(token.tokens) ? plain(token.tokens) : textOf(token)))
    .join('')
}

const textOf = (token: Token): string => (token.type !== 'html' && 'text' in token ? String(token.text) : '')

/** The anchor that GitHub gives a heading: letters, digits, `-` and `_` stay, a space becomes `-`. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')
}

function unused(anchor: string, taken: ReadonlySet<string>): string {
  let free = anchor
  for (let n = 1; taken.has(free); n++) free = `${anchor}-${n}`
  return free
}
