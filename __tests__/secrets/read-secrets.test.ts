import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ActionError } from '../../src/failure/failure.ts'
import type { SecretSource } from '../../src/request/build-secrets.ts'
import { MAX_SECRET_BYTES, readSecrets } from '../../src/secrets/read-secrets.ts'
import { containing } from '../request/given.ts'

let workspace = ''
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'secrets-'))
  mkdirSync(join(workspace, 'folder'))
  writeFileSync(join(workspace, 'folder', 'rc'), Buffer.from([0, 255, 10]))
  writeFileSync(join(workspace, 'empty'), '')
  writeFileSync(join(workspace, 'most'), Buffer.alloc(MAX_SECRET_BYTES, 'S3cret'))
  writeFileSync(join(workspace, 'more'), Buffer.alloc(MAX_SECRET_BYTES + 1, 'S3cret'))
})
afterAll(() => rmSync(workspace, { recursive: true }))

const read = (sources: Readonly<Record<string, SecretSource>>) =>
  readSecrets(new Map(Object.entries(sources)), {
    workspace,
    environment: { TOKEN: 'S3cret ä\n', EMPTY: '' },
  })
const file = (path: string): SecretSource => ({ kind: 'file', path })
const text = (value: string): SecretSource => ({ kind: 'text', text: value })
const variable = (name: string): SecretSource => ({ kind: 'variable', variable: name })

async function details(sources: Readonly<Record<string, SecretSource>>): Promise<readonly string[]> {
  const error: unknown = await read(sources).catch((reason: unknown) => reason)
  if (!(error instanceof ActionError)) throw new Error('no ActionError was thrown')
  expect(error.failure.code).toBe('input')
  expect(JSON.stringify(error.failure)).not.toContain('S3cret')
  return error.failure.details
}

test('values arrive byte for byte, from texts, files and variables', async () => {
  const found = await read({ a: text('b\nc'), rc: file('folder/rc'), token: variable('TOKEN') })
  expect([...found].map(([id, value]) => [id, Buffer.from(value)])).toEqual([
    ['a', Buffer.from('b\nc')],
    ['rc', Buffer.from([0, 255, 10])],
    ['token', Buffer.from('S3cret ä\n')],
  ])
})

test('a path may be absolute', async () => {
  expect(await read({ rc: file(join(workspace, 'folder/rc')) })).toHaveProperty('size', 1)
})

test('without any, there is nothing to read', async () => {
  expect(await read({})).toEqual(new Map())
})

test('all that cannot be used is told at once, by the names of its places', async () => {
  expect(
    await details({
      a: file('nowhere'),
      b: file('folder'),
      c: file('empty'),
      d: variable('NOWHERE'),
      e: variable('EMPTY'),
      f: file('more'),
      g: text('S3cret'),
    }),
  ).toEqual([
    containing('secret-files  "a": the file "nowhere" cannot be read; its path is relative to the workspace'),
    containing('secret-files  "b": the file "folder" cannot be read'),
    containing('secret-files  "c": the file "empty" is empty: workflows of pull requests from forks'),
    containing('secret-envs   "d": the environment variable NOWHERE is not set'),
    containing('secret-envs   "e": the environment variable EMPTY is empty: workflows of pull requests'),
    containing('secret-files  "f": the file "more" is too large: 1,025 KiB'),
  ])
})

test('as much as Kubernetes takes is taken, and not a byte more', async () => {
  expect(await read({ a: file('most') })).toHaveProperty('size', 1)
  expect(await details({ a: text('S3cret'), b: file('most') })).toEqual([
    containing('secret-files  all secrets together are too much: 1,025 KiB, and Kubernetes takes 1,024 KiB'),
  ])
})
