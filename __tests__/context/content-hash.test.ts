import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { contentHash } from '../../src/context/content-hash.ts'
import { packContext } from '../../src/context/pack.ts'
import { never } from '../support/build-fixture.ts'

let workspace = ''

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'hash-'))
  writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\nCOPY . /\n')
  mkdirSync(join(workspace, 'src'))
  writeFileSync(join(workspace, 'src/a'), 'a'.repeat(100_000))
  symlinkSync('a', join(workspace, 'src/link'))
})
afterEach(() => rmSync(workspace, { recursive: true }))

/** The hash of the workspace as it is now, sent in this way. */
async function hash(limitBytes = 900_000): Promise<string> {
  const context = await packContext(
    {
      context: '.',
      file: undefined,
      delivery: 'auto',
      workspace,
      limitBytes,
    },
    never(),
  )
  return contentHash(context.delivery, never())
}

describe('what a context is', () => {
  test('does not follow when its files were written', async () => {
    const before = await hash()
    for (const path of ['src/a', 'Dockerfile']) utimesSync(join(workspace, path), 1, 1)
    expect(await hash()).toBe(before)
  })

  test('is the same in a ConfigMap and as a stream', async () => {
    expect(await hash(1)).toBe(await hash())
  })

  test.each<readonly [string, () => void]>([
    ['a byte of a file', () => writeFileSync(join(workspace, 'src/a'), 'a'.repeat(99_999) + 'b')],
    ['a name', () => writeFileSync(join(workspace, 'src/b'), '')],
    ['a mode', () => chmodSync(join(workspace, 'src/a'), 0o755)],
    [
      'a link',
      () => {
        rmSync(join(workspace, 'src/link'))
        symlinkSync('b', join(workspace, 'src/link'))
      },
    ],
    ['the Dockerfile', () => writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\nCOPY src /\n')],
    ['an empty folder', () => mkdirSync(join(workspace, 'empty'))],
  ])('follows %s', async (_, change) => {
    const before = await hash()
    change()
    expect(await hash()).not.toBe(before)
  })
})
