import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { busyScript, writeScripts } from '../../src/storage/collect-scripts.ts'
import { DATA, SETTINGS_FOLDER } from '../../src/storage/registry-names.ts'
import { SERVE_SCRIPT } from '../../src/storage/registry-settings.ts'
import { until } from '../support/eventually.ts'

/** A program that serves until it is ended, and collects garbage as well or as badly as the file `gc` says. */
const REGISTRY = `#!/bin/sh
echo "$1" >>calls
case $1 in
  garbage-collect) exit "$(cat gc)" ;;
  serve) trap 'exit 0' TERM; echo $$ >pid; while :; do sleep 0.05; done ;;
esac
`

let folder = ''
let running: ChildProcess | undefined

const inFolder = (script: string): string =>
  script.replaceAll(DATA, join(folder, 'data')).replaceAll(SETTINGS_FOLDER, folder)
const shell = (script: string): string => execFileSync('sh', ['-c', inFolder(script)], { encoding: 'utf8' })
const path = (...names: readonly string[]): string => join(folder, 'data', ...names)
const calls = (): string => (existsSync(path('calls')) ? readFileSync(path('calls'), 'utf8') : '')
const isPid = (): boolean => existsSync(path('pid')) && readFileSync(path('pid'), 'utf8').trim() !== ''

/** Begins what the registry's container runs, and waits until it serves. */
async function serve(): Promise<ChildProcess> {
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` }
  running = spawn('sh', ['-c', inFolder(SERVE_SCRIPT)], { env, stdio: 'ignore' })
  await until(isPid)
  return running
}

/** Asks for a collection of these paths, as a prune does. */
function collect(lines: readonly string[]): void {
  writeScripts(lines, '1').forEach(shell)
  const pid = readFileSync(path('pid'), 'utf8').trim()
  rmSync(path('pid'))
  shell(`cd ${DATA} && mv collect-1 collect && kill -TERM ${pid}`)
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serve-'))
  mkdirSync(path())
  writeFileSync(join(folder, 'registry'), REGISTRY)
  chmodSync(join(folder, 'registry'), 0o755)
  writeFileSync(path('gc'), '0')
})

afterEach(async () => {
  if (running?.exitCode === null) {
    running.kill()
    await once(running, 'exit')
  }
  rmSync(folder, { recursive: true })
})

test('the registry forgets what it is told, collects its garbage, and serves again', async () => {
  await serve()
  const tags = path('docker/registry/v2/repositories/team/app/_manifests/tags')
  for (const tag of ['1', '2', "o'dd"]) mkdirSync(join(tags, tag), { recursive: true })
  collect(['team/app/_manifests/tags/1'])
  await until(() => isPid() && existsSync(path('collected')))
  expect(calls()).toBe('serve\ngarbage-collect\nserve\n')
  expect(['1', '2'].map((tag) => existsSync(join(tags, tag)))).toEqual([false, true])
})

test('a collection that fails leaves a registry that serves, and a word of it', async () => {
  writeFileSync(path('gc'), '1')
  await serve()
  collect([])
  await until(() => isPid() && existsSync(path('collect-failed')))
  expect(calls()).toBe('serve\ngarbage-collect\nserve\n')
})

test('one that was cut off is done when the registry begins', async () => {
  writeFileSync(path('collect'), '')
  await serve()
  expect(calls()).toBe('garbage-collect\nserve\n')
})

test('a pod that is to end ends', async () => {
  const process = await serve()
  const ended = once(process, 'exit')
  process.kill('SIGTERM')
  await ended
  expect(calls()).toBe('serve\n')
})

test('a registry that dies by itself is left to the kubelet', async () => {
  const process = await serve()
  const ended = once(process, 'exit')
  shell(`kill -TERM "$(cat ${DATA}/pid)"`)
  expect(await ended).toEqual([0, null])
})

test('what was written within the last minute is a push that may be under way', () => {
  expect(shell(busyScript())).toBe('')
  mkdirSync(path('docker'))
  writeFileSync(path('docker/x'), '')
  expect(shell(busyScript())).toBe('docker/x\n')
  shell(`touch -d '2 minutes ago' ${DATA}/docker/x`)
  expect(shell(busyScript())).toBe('')
})

test('as many lines as there are arrive, in commands of a bearable length', () => {
  const lines = Array.from({ length: 250 }, (_, at) => `${'r'.repeat(200)}/_manifests/tags/${at}`)
  const scripts = writeScripts(lines, '1')
  scripts.forEach(shell)
  expect(readFileSync(path('collect-1'), 'utf8')).toBe(`${lines.join('\n')}\n`)
  expect(Math.max(...scripts.map(({ length }) => length))).toBeLessThan(4_000)
})
