import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { chromium, draw, INSTALL } from '../picture/chromium.ts'
import type { Measured } from '../picture/page.ts'
import { single, total } from './tally.ts'
import type { Tally } from './tally.ts'

const FOLDER = join(import.meta.dirname, '../../__tests__/report/summaries')

/** Draws each of the summaries that the tests keep, and looks at what the browser made of it. */
export function pictures(): Promise<Tally> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.md'))
  const browser = chromium()
  if (browser === undefined) {
    console.log(INSTALL)
    const skipped = files.map((file) => `picture of ${file}: no Chromium`)
    return Promise.resolve({ ...total([]), skipped })
  }
  return Promise.resolve(total(files.map((file) => single(`picture of ${file}`, isWell(browser, file)))))
}

function isWell(browser: string, file: string): boolean {
  const markdown = readFileSync(join(FOLDER, file), 'utf8')
  const complaints = complaintsOf(draw(browser, markdown), markdown)
  for (const complaint of complaints) console.log(`${file}: ${complaint}`)
  return complaints.length === 0
}

function complaintsOf(measured: Measured, markdown: string): readonly string[] {
  const blocks = Array.from(markdown.matchAll(/^```mermaid\n(.*?)^```$/gms), ([, chart = '']) => chart)
  const bars = blocks.join('').match(/^ {4}\S.* :/gm)?.length ?? 0
  return [
    ...measured.errors.map((error) => `a chart cannot be drawn: ${error}`),
    ...measured.overflowing.map((wide) => `too wide: ${wide}`),
    ...(measured.charts === blocks.length
      ? []
      : [`${measured.charts} charts were drawn of ${blocks.length}`]),
    ...(measured.bars === bars ? [] : [`${measured.bars} bars were drawn of ${bars}`]),
  ]
}
