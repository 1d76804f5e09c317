/**
 * Pictures of what GitHub shows of a build:
 *
 *     npm run picture -- SUMMARY.md OUT.png              a job summary
 *     npm run picture -- LOG Dockerfile OUT.png          the Dockerfile, with the annotations
 *                                                        that a step printed (LOG is all it printed)
 *     npm run picture -- LOG FILE OUT.png NAME           NAME: the file's path in the annotations
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

import { annotatedFile } from './picture/annotated.ts'
import { chromium, draw, INSTALL } from './picture/chromium.ts'

const [from, second, third, name] = process.argv.slice(2)
const browser = chromium()
if (from === undefined || second === undefined) {
  console.error('Files are needed: npm run picture -- SUMMARY.md OUT.png, or LOG Dockerfile OUT.png')
  process.exitCode = 2
} else if (browser === undefined) {
  console.error(INSTALL)
  process.exitCode = 3
} else {
  const text = readFileSync(from, 'utf8')
  const page = third === undefined ? text : annotatedFile(text, name ?? second, readFileSync(second, 'utf8'))
  const to = third ?? second
  const { height, charts, bars, errors, overflowing } = draw(browser, page, resolve(to))
  console.log(`${to}: ${height} pixels high, ${charts} charts with ${bars} bars`)
  for (const error of errors) console.log(`a chart could not be drawn: ${error}`)
  for (const wide of overflowing) console.log(`too wide: ${wide}`)
}
