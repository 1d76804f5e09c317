import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { withTime } from '../../../script/docs/example-times.ts'
import { ROOT } from './cluster.ts'

const PAGE = join(ROOT, 'docs/examples.md')

/** Runs one of the examples; where the tests record, how long it took goes into its row of docs/examples.md. */
export async function timed<T>(row: string, run: () => Promise<T>): Promise<T> {
  const began = performance.now()
  const result = await run()
  const seconds = (performance.now() - began) / 1000
  if (process.env['HYBRID_BUILD_RECORD'] === '1') {
    writeFileSync(PAGE, withTime(readFileSync(PAGE, 'utf8'), row, seconds))
  }
  return result
}
