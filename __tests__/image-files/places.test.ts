import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ActionError } from '../../src/failure/failure.ts'
import { checkPlaces } from '../../src/image-files/places.ts'

let workspace = ''

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'places-'))
  mkdirSync(join(workspace, 'folder'))
  writeFileSync(join(workspace, 'file'), '')
  symlinkSync('/dev/null', join(workspace, 'device'))
})
afterAll(() => rmSync(workspace, { recursive: true, force: true }))

async function problemsOf(...dests: readonly string[]): Promise<readonly string[]> {
  try {
    await checkPlaces(
      dests.map((dest) => ({ form: 'oci', dest })),
      workspace,
    )
    return []
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    expect(error.failure.code).toBe('input')
    return error.failure.details
  }
}

test.each(['image.tar', 'file', 'folder/image.tar', 'a/b/c/image.tar'])('%s can be written', async (dest) => {
  expect(await problemsOf(dest, join(workspace, dest))).toEqual([])
})

test.each([
  ['folder', 'is a folder; add the name of the file'],
  ['.', 'is a folder'],
  ['device', 'is no file'],
  ['file/image.tar', 'below something that is no folder'],
  ['file/a/b/image.tar', 'below something that is no folder'],
])('%s cannot: %s', async (dest, problem) => {
  expect(await problemsOf(dest)).toEqual([expect.stringContaining(problem)])
})

test('all that cannot is told together', async () => {
  expect(await problemsOf('folder', 'image.tar', 'file/x')).toHaveLength(2)
})
