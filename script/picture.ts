/**
 * A picture of a job summary as GitHub would show it:
 *
 *     npm run picture -- __tests__/report/summaries/failing-run.md summary.png
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

import { chromium, draw, INSTALL } from './picture/chromium.ts'

const [from, to] = process.argv.slice(2)
const browser = chromium()
if (from === undefined || to === undefined) {
  console.error('Two files are needed: npm run picture -- FILE.md OUT.png')
  process.exitCode = 2
} else if (browser === undefined) {
  console.error(INSTALL)
  process.exitCode = 3
} else {
  const { height, charts, bars, errors, overflowing } = draw(browser, readFileSync(from, 'utf8'), resolve(to))
  console.log(`${to}: ${height} pixels high, ${charts} charts with ${bars} bars`)
  for (const error of errors) console.log(`a chart could not be drawn: ${error}`)
  for (const wide of overflowing) console.log(`too wide: ${wide}`)
}
