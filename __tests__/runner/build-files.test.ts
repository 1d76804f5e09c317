import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { buildFiles, writeProblem } from '../../src/runner/build-files.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'files-'))))
afterEach(() => {
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true })
})

describe('the files of a build', () => {
  test('lie in a folder of their own in the runner’s temporary one', () => {
    const files = buildFiles({ RUNNER_TEMP: folder }, () => 'r4nd0m')
    expect(files.logPath).toBe(join(folder, 'hybrid-kubernetes-build-r4nd0m', 'build.log'))
    expect(files.writeDiagnostics(new Map([['pod.yaml', 'a: 1\n']]))).toEqual({
      kind: 'written',
      path: join(folder, 'hybrid-kubernetes-build-r4nd0m', 'diagnostics'),
    })
  })

  test.each([undefined, ''])('lie in the system’s temporary folder where the runner’s is %j', (value) => {
    const { logPath } = buildFiles({ RUNNER_TEMP: value })
    expect(dirname(dirname(logPath))).toBe(tmpdir())
  })

  test('of two builds are never the same', () => {
    expect(buildFiles({}).logPath).not.toBe(buildFiles({}).logPath)
  })

  test('do not exist before they are written, and are for this user alone', () => {
    const files = buildFiles({ RUNNER_TEMP: folder })
    expect(existsSync(dirname(files.logPath))).toBe(false)
    const written = files.writeDiagnostics(
      new Map([
        ['pod.yaml', 'a: 1\n'],
        ['job.yaml', 'b: 2\n'],
      ]),
    )
    const path = written.kind === 'written' ? written.path : ''
    expect(readFileSync(join(path, 'pod.yaml'), 'utf8')).toBe('a: 1\n')
    expect(statSync(join(path, 'job.yaml')).mode & 0o077).toBe(0)
    expect(statSync(path).mode & 0o077).toBe(0)
  })

  test('have the names that they are written under', () => {
    const files = buildFiles({ RUNNER_TEMP: folder })
    const path = join(dirname(files.logPath), 'template.yml')
    expect(files.writeFile('template.yml', 'a: 1\n')).toEqual({ kind: 'written', path })
    expect(readFileSync(path, 'utf8')).toBe('a: 1\n')
    expect(statSync(path).mode & 0o077).toBe(0)
  })

  test('that cannot be written are told about in words', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(buildFiles({ RUNNER_TEMP: join(folder, 'file') }).writeDiagnostics(new Map([['a', '']]))).toEqual({
      kind: 'not-written',
      reason: 'its folder is a file',
    })
  })
})

test.each([
  [Object.assign(new Error('no space'), { code: 'ENOSPC' }), "the runner's disk is full"],
  [Object.assign(new Error('odd'), { code: 'EIO' }), 'writing failed (EIO)'],
  ['odd', 'writing failed'],
])('%s means: %s', (error, words) => {
  expect(writeProblem(error)).toBe(words)
})
