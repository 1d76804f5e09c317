import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { marked } from 'marked'

const require = createRequire(import.meta.url)

/** Width of GitHub's page of a run, of which a summary has about so much. */
export const WIDTH = 1012

/** What the page says of itself when it is drawn. */
export interface Measured {
  /** Pixels. */
  readonly height: number
  /** Bars of all charts. */
  readonly bars: number
  readonly charts: number
  /** What Mermaid says of charts that it cannot draw. */
  readonly errors: readonly string[]
  /** Beginnings of what is wider than its place, so that a reader would have to scroll. */
  readonly overflowing: readonly string[]
}

/**
 * A page that shows Markdown as GitHub does: the same dialect, the same style
 * sheet, the same Mermaid; everything from node_modules, nothing from the net.
 */
export function pageOf(markdown: string): string {
  const body = marked.parse(markdown, { async: false, gfm: true })
  const css = readFileSync(
    join(dirname(require.resolve('github-markdown-css/package.json')), 'github-markdown-light.css'),
    'utf8',
  )
  const mermaid = pathToFileURL(join(dirname(require.resolve('mermaid')), 'mermaid.min.js')).href
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>summary</title>
<style>${css}
body { margin: 0 }
.markdown-body { box-sizing: border-box; width: ${WIDTH}px; padding: 24px }
.chart { margin-bottom: 16px }</style></head>
<body><article class="markdown-body">${body}</article>
<script src="${mermaid}"></script>
<script>(${inPage.toString()})()</script>
</body></html>`
}

/** Finds what the page has written down with `inPage`. */
export function measuredIn(dom: string): Measured {
  const [, json] = /<script type="application\/json" id="measured">(.*?)<\/script>/s.exec(dom) ?? []
  if (json === undefined) throw new Error('the page did not get to its end in the browser')
  // Written by the function below.
  return JSON.parse(json) as Measured
}

/* eslint-disable */
/** Runs in the browser: draws the charts, and writes down what came of it. */
async function inPage(): Promise<void> {
  const { document, mermaid } = globalThis as any
  const errors: string[] = []
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' })
  const sources = [...document.querySelectorAll('code.language-mermaid')]
  for (const [at, source] of sources.entries()) {
    const chart = document.createElement('div')
    chart.className = 'chart'
    source.parentElement.replaceWith(chart)
    try {
      chart.innerHTML = (await mermaid.render('chart-' + at, source.textContent, chart)).svg
    } catch (error) {
      errors.push(String(error))
    }
  }
  const wide = [...document.querySelectorAll('article, table, .chart, p, li')].filter(
    (element: any) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0,
  )
  const measured = {
    height: Math.ceil(document.querySelector('article').getBoundingClientRect().height),
    bars: document.querySelectorAll('.chart svg rect.task').length,
    charts: document.querySelectorAll('.chart svg').length,
    errors,
    overflowing: wide.map(
      (element: any) => element.localName + ': ' + element.textContent.trim().slice(0, 60),
    ),
  }
  const note = document.createElement('script')
  note.type = 'application/json'
  note.id = 'measured'
  note.textContent = JSON.stringify(measured).replaceAll('<', '\\u003c')
  document.body.append(note)
}
