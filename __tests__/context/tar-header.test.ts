import { Readable } from 'node:stream'

import fc from 'fast-check'
import { extract, pack } from 'tar-stream'
import type { Header } from 'tar-stream'

import type { ContextEntry } from '../../src/context/context-entry.ts'
import { TarHeaders } from '../../src/context/tar-header.ts'

const FIXED = Date.parse('1980-01-02T00:00:00Z')

const name = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '.', '-', ' '), minLength: 1, maxLength: 120 }),
  fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀'), minLength: 1, maxLength: 60 }),
)
const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'))
const mode = fc.integer({ min: 0, max: 0o7777 })

const entry = fc.oneof<fc.Arbitrary<ContextEntry>[]>(
  fc.record({ kind: fc.constant('directory'), path, mode }),
  fc.record({ kind: fc.constant('symlink'), path, target: path }),
  fc.record({ kind: fc.constant('text'), path, text: fc.string({ unit: 'grapheme' }) }),
  fc.record({
    kind: fc.constant('file'),
    path,
    mode,
    size: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 2 ** 32, max: 2 ** 40 })),
    source: fc.constant('/x'),
    modified: fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((seconds) => seconds * 1000 + 7),
    identity: fc.constant('1:2'),
  }),
)

/** What a well-known library makes of the same. */
async function libraryHeader(given: ContextEntry): Promise<Buffer> {
  const archive = pack()
  // A mode of 0 would be taken for none given.
  const common = { name: given.path, uid: 0, gid: 0, mtime: new Date(FIXED) }
  const withMode = (bits: number): number => bits | 0o100000
  switch (given.kind) {
    case 'directory':
      archive.entry({ ...common, type: 'directory', mode: withMode(given.mode) })
      break
    case 'symlink':
      archive.entry({ ...common, type: 'symlink', mode: withMode(0o777), linkname: given.target })
      break
    case 'text':
      archive.entry({ ...common, type: 'file', mode: withMode(0o644), size: Buffer.byteLength(given.text) })
      break
    case 'file':
      archive.entry({
        ...common,
        type: 'file',
        mode: withMode(given.mode),
        size: given.size,
        mtime: new Date(given.modified),
      })
  }
  const pieces: Buffer[] = []
  archive.on('data', (piece) => pieces.push(Buffer.from(piece as Uint8Array)))
  await new Promise((resolve) => setImmediate(resolve))
  archive.destroy()
  archive.on('error', () => undefined)
  return Buffer.concat(pieces)
}

test('is byte for byte what a well-known library makes', async () => {
  await fc.assert(
    fc.asyncProperty(entry, async (given) => {
      expect(Buffer.from(new TarHeaders().of(given))).toEqual(await libraryHeader(given))
    }),
  )
})

/** What a reader of tar makes of a header. */
async function read(header: Uint8Array): Promise<Header> {
  const archive = extract()
  Readable.from([Buffer.concat([header, Buffer.alloc(1024)])]).pipe(archive)
  for await (const found of archive) return found.header
  throw new Error('no entry was found')
}

test.each([
  ['before 1970', -5_000, 0],
  ['after 2242', Date.parse('2500-01-01T00:00:00Z'), 8 ** 11 * 1000 - 1000],
])('keeps to what the field can hold for a time %s', async (_, modified, told) => {
  const file = { kind: 'file', path: 'f', mode: 0o644, size: 0, source: '/x', identity: '1:2' } as const
  const { mtime } = await read(new TarHeaders().of({ ...file, modified }))
  expect(mtime.getTime()).toBe(told)
})
