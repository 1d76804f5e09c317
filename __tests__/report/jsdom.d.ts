/** The part of jsdom that is used here: it brings no types of its own. */
declare module 'jsdom' {
  interface Element {
    readonly localName: string
    readonly children: Iterable<Element>
    readonly textContent: string
    getAttribute(name: string): string | null
    querySelectorAll(selectors: string): Iterable<Element>
  }

  export type { Element }

  export class JSDOM {
    constructor(html: string)
    readonly window: {
      readonly document: unknown
      readonly DOMParser: new () => {
        parseFromString(html: string, type: 'text/html'): { readonly body: Element }
      }
    }
  }
}
