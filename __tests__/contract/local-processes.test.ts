import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { systemClock } from '../../src/clock.ts'
import { removeLeftOver } from '../../src/local/left-over.ts'
import { runnerDisk } from '../../src/local/local-disk.ts'
import { runnerProcesses } from '../../src/local/processes.ts'
import { until } from '../support/eventually.ts'
import { quickClock } from '../support/quick-clock.ts'

const never = new AbortController().signal
const shell = (script: string) => ({ program: 'sh', args: ['-c', script], env: process.env })

describe('a program of the runner', () => {
  test('is told line by line, both outputs in their order', async () => {
    const lines: string[] = []
    const script = 'echo one; echo two >&2; echo three; printf four'
    const end = await runnerProcesses.follow(shell(script), (line) => lines.push(line), never)
    expect(lines).toEqual(['one', 'two', 'three', 'four'])
    expect(end).toEqual({ exitCode: 0, signal: undefined, notStarted: undefined })
  })

  test('gets its arguments as they are', async () => {
    const args = ['-c', 'printf "%s\\n" "$@"', 'sh', 'a b', '$HOME', '*', '"', '']
    const lines: string[] = []
    await runnerProcesses.follow({ program: 'sh', args, env: process.env }, (line) => lines.push(line), never)
    expect(lines).toEqual(['a b', '$HOME', '*', '"', ''])
  })

  test('is ended with all that it has started', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'processes-'))
    const pid = join(folder, 'pid')
    const abort = new AbortController()
    const ended = runnerProcesses.follow(
      shell(`sleep 60 & echo $! > ${pid}; echo ready; wait`),
      () => abort.abort(),
      abort.signal,
    )
    expect(await ended).toMatchObject({ signal: 'SIGTERM' })
    const child = readFileSync(pid, 'utf8').trim()
    await until(() => !isRunning(child))
    rmSync(folder, { recursive: true })
  })

  test('that clears up by itself has what it started ended first', async () => {
    const abort = new AbortController()
    const lines: string[] = []
    const script = 'sh -c "sleep 61; echo never"; echo "ended with $?, cleared up"'
    const ended = runnerProcesses.follow(
      { ...shell(`echo ready; ${script}`), endsByChildren: true },
      (line) => {
        lines.push(line)
        if (line === 'ready') setTimeout(() => abort.abort(), 100)
      },
      abort.signal,
    )
    expect(await ended).toMatchObject({ exitCode: 0, signal: undefined })
    expect(lines).not.toContain('never')
    expect(lines.at(-1)).toBe('ended with 143, cleared up')
  })

  test('that is not there is an end, not an exception', async () => {
    const end = await runnerProcesses.ask({ program: 'no-such-builder', args: [], env: process.env }, never)
    expect(end.notStarted).toContain('ENOENT')
  })
})

/** What has ended and waits for its parent counts as ended. */
function isRunning(pid: string): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false
  return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

test('a build’s folder is its owner’s alone, and goes as a whole', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'disk-')), 'own')
  await runnerDisk.prepare({
    folder,
    folders: [`${folder}/config`],
    files: [{ path: `${folder}/config/config.json`, content: '{}' }],
    links: [{ path: `${folder}/config/contexts`, target: '/nowhere' }],
  })
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(`${folder}/config/config.json`).mode & 0o777).toBe(0o600)
  await runnerDisk.remove(folder)
  expect(existsSync(folder)).toBe(false)
})

describe('what a killed main phase left', () => {
  let temporary = ''
  beforeEach(() => {
    temporary = realpathSync(mkdtempSync(join(tmpdir(), 'left-over-')))
  })
  afterEach(() => rmSync(temporary, { recursive: true, force: true }))

  const folderOf = (name: string): string => {
    const folder = join(temporary, name)
    mkdirSync(folder)
    return folder
  }

  test('is ended, with what it has started, and its folder removed', async () => {
    const folder = folderOf('hybrid-kubernetes-build-0123456789ab')
    let child = ''
    const running = new Promise<void>((resolve) => {
      const script = '(cd /; exec sleep 62) & echo $!; wait'
      const told = (line: string) => {
        child = line
        resolve()
      }
      void runnerProcesses.follow({ ...shell(script), folder }, told, never)
    })
    await running
    expect(await removeLeftOver(folder, temporary, systemClock)).toBe(true)
    await until(() => !isRunning(child))
    expect(existsSync(folder)).toBe(false)
  })

  /** Starts a script in the folder, and gives the process whose id it prints first. */
  const started = (script: string, folder: string): Promise<string> =>
    new Promise((resolve) => void runnerProcesses.follow({ ...shell(script), folder }, resolve, never))

  test('is ended where it works below the folder', async () => {
    const folder = folderOf('hybrid-kubernetes-build-0123456789ab')
    const pid = await started('mkdir below; cd below; echo $$; exec sleep 62', folder)
    expect(await removeLeftOver(folder, temporary, systemClock)).toBe(true)
    await until(() => !isRunning(pid))
    expect(existsSync(folder)).toBe(false)
  })

  test('is killed where it does not end, though its leader has gone and it writes to the folder', async () => {
    const folder = folderOf('hybrid-kubernetes-build-0123456789ab')
    const writes = 'i=0; while :; do i=$((i+1)); echo x > "$0/$i"; done'
    const script = `(cd /; trap "" TERM; exec sh -c '${writes}' ${folder}) & echo $!; wait`
    const pid = await started(script, folder)
    try {
      expect(await removeLeftOver(folder, temporary, quickClock(20))).toBe(true)
      expect(existsSync(folder)).toBe(false)
      await until(() => !isRunning(pid))
    } finally {
      if (isRunning(pid)) process.kill(Number(pid), 'SIGKILL')
    }
  })

  test.each([
    ['of another name', 'somebody-elses', ''],
    ['in another place', 'hybrid-kubernetes-build-0123456789ab', 'below'],
  ])('is left alone where it is a folder %s', async (_, name, place) => {
    const folder = folderOf(name)
    expect(await removeLeftOver(folder, join(temporary, place), systemClock)).toBe(false)
    expect(existsSync(folder)).toBe(true)
  })
})
