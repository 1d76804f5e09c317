import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'

import { openRawLog, type RawLog } from '../../src/runner/raw-log.ts'

const TIME = '2026-11-23T20:00:00.123456789Z'
let folder = ''
let path = ''
const complaints: string[] = []
const open = (at = path): RawLog => openRawLog(at, (sentence) => complaints.push(sentence))
const read = (): string => readFileSync(path, 'utf8')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'))
  path = join(folder, 'build', 'build.log')
  complaints.length = 0
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the whole log of a container', () => {
  test('has every line with its time, as kubectl logs --timestamps has it', () => {
    const log = open()
    for (const text of ['one', '', 'with\ra return', '  blanks  ', 'häß']) log.line({ time: TIME, text })
    log.end()
    expect(read()).toBe(
      ['one', '', 'with\ra return', '  blanks  ', 'häß'].map((text) => `${TIME} ${text}\n`).join(''),
    )
    expect(log.path).toBe(path)
  })

  test('can be read while the build goes on', async () => {
    const log = open()
    log.line({ time: TIME, text: 'one' })
    await turn()
    expect(read()).toBe(`${TIME} one\n`)
    log.line({ time: TIME, text: 'two' })
    await turn()
    expect(read()).toBe(`${TIME} one\n${TIME} two\n`)
    log.end()
  })

  test('does not wait in memory when lines come without a pause', () => {
    const log = open()
    for (let at = 0; at < 10_000; at++) log.line({ time: TIME, text: `line ${at}` })
    expect(read().length).toBeGreaterThan(300_000)
    log.end()
    expect(read().split('\n')).toHaveLength(10_001)
  })

  test('is no file where nothing was printed', () => {
    const log = open()
    log.end()
    expect(log.path).toBeUndefined()
    expect(existsSync(join(folder, 'build'))).toBe(false)
  })

  test('leaves out what comes after its end, and may be ended twice', async () => {
    const log = open()
    log.line({ time: TIME, text: 'one' })
    log.end()
    log.line({ time: TIME, text: 'late' })
    log.end()
    await turn()
    expect(read()).toBe(`${TIME} one\n`)
  })

  test('never overwrites a file that is there', () => {
    const other = join(folder, 'other')
    writeFileSync(other, 'precious')
    const log = open(other)
    log.line({ time: TIME, text: 'one' })
    log.end()
    expect(readFileSync(other, 'utf8')).toBe('precious')
    expect([log.path, complaints.length]).toEqual([undefined, 1])
  })

  test('that cannot be made is told about once', async () => {
    writeFileSync(join(folder, 'file'), '')
    const log = open(join(folder, 'file', 'build.log'))
    for (const text of ['one', 'two']) {
      log.line({ time: TIME, text })
      await turn()
    }
    log.end()
    expect(log.path).toBeUndefined()
    expect(complaints).toEqual([expect.stringMatching(/^The build's log could not be written to .*: .*\.$/)])
  })
})
