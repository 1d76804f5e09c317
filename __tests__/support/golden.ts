import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Compares a text with a file that a person can read. UPDATE_GOLDEN=1 writes
 * the file instead: then look at the difference before committing it.
 */
export function expectGolden(path: string, text: string): void {
  const whole = text.endsWith('\n') ? text : `${text}\n`
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, whole)
  }
  expect(existsSync(path) ? readFileSync(path, 'utf8') : `${path} does not exist`).toBe(whole)
}
