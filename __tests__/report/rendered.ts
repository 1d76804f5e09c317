import { JSDOM } from 'jsdom'
import type { Element } from 'jsdom'
import { marked } from 'marked'

// One for all: each has a whole browser's window, which stays in memory.
const { DOMParser } = new JSDOM('').window

/** What a reader of GitHub-flavoured Markdown makes of a text; raw HTML in it is as effective as anything. */
export function rendered(markdown: string): Element {
  const html = marked.parse(markdown, { async: false, gfm: true })
  return new DOMParser().parseFromString(html, 'text/html').body
}

/** Names of elements, those within in brackets, without pieces of code in sentences: their number is the text's. */
export function shapeOf(element: Element): string {
  const within = [...element.children]
    .filter((child) => child.localName !== 'code' || isBlock(element))
    .map(shapeOf)
  return within.length === 0 ? element.localName : `${element.localName}(${within.join(' ')})`
}

const isBlock = (element: Element): boolean => element.localName === 'pre'

/** The texts of all elements that fit. */
export function texts(element: Element, selectors: string): readonly string[] {
  return [...element.querySelectorAll(selectors)].map(({ textContent }) => textContent)
}

/** The Gantt charts of a summary, in Mermaid's language. */
export function charts(element: Element): readonly string[] {
  return texts(element, 'code.language-mermaid')
}
