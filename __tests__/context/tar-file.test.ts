import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'

import fc from 'fast-check'
import { pack } from 'tar-stream'
import type { Header } from 'tar-stream'

import { packContext } from '../../src/context/pack.ts'
import {
  bytesOf,
  failureOf,
  headers,
  names,
  noise,
  packed,
  treeOf,
  unpacked,
  workspaceWith,
} from './given.ts'
import type { Files, Given } from './given.ts'

const OWN = '.hybrid-kubernetes-build'
const signal = new AbortController().signal

type Entries = readonly (readonly [header: Partial<Header> & { readonly name: string }, content?: string])[]

/** A tar as somebody else's program makes it. */
async function tarOf(entries: Entries): Promise<Buffer> {
  const tar = pack()
  for (const [header, content = ''] of entries) tar.entry({ mode: 0o644, ...header }, content)
  tar.finalize()
  const pieces: Uint8Array[] = []
  for await (const piece of tar as AsyncIterable<Uint8Array>) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function workspaceWithTar(entries: Entries): Promise<string> {
  const workspace = workspaceWith({})
  writeFileSync(join(workspace, 'c.tar'), await tarOf(entries))
  return workspace
}

/** The same files as a directory and as the system's tar of it. */
function bothOf(files: Files, ...options: readonly string[]): { directory: string; workspace: string } {
  const directory = workspaceWith(files)
  const workspace = workspaceWith({})
  execFileSync('tar', [...options, '-cf', join(workspace, 'c.tar'), '-C', directory, '.'])
  return { directory, workspace }
}

const ofTar = (workspace: string, more: Given = {}) => packed(workspace, { context: 'c.tar', ...more })

describe('a tar file as the context', () => {
  const FILES: Files = {
    Dockerfile: 'FROM scratch\nCOPY . /\n',
    'a/b/c.txt': 'c',
    'a/link': '-> b/c.txt',
    'a/out': '-> ../../outside',
    [`a/${'long'.repeat(40)}/name`]: 'l',
    'ümlaut/ß': 'u',
    empty: '/',
  }

  test.each(['v7', 'ustar', 'gnu', 'oldgnu', 'pax'])(
    'holds what its directory would (%s)',
    async (format) => {
      const files = Object.fromEntries(
        Object.entries(FILES).filter(([name]) => !['v7', 'ustar'].includes(format) || name.length < 100),
      )
      const { directory, workspace } = bothOf(files, `--format=${format}`)
      const archive = await ofTar(workspace)
      expect(treeOf(unpacked(archive))).toEqual(treeOf(unpacked(await packed(directory))))
      expect((await names(archive)).at(-1)).toBe('Dockerfile')
      expect(archive).toMatchObject({ files: Object.keys(files).length - 1, dockerfile: 'Dockerfile' })
    },
  )

  test.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['not compressed', (bytes) => bytes],
    ['compressed with gzip', (bytes) => gzipSync(bytes)],
    [
      'in several gzip members',
      (bytes) => Buffer.concat([gzipSync(bytes.subarray(0, 700)), gzipSync(bytes.subarray(700))]),
    ],
    ['compressed with zstd', (bytes) => zstdCompressSync(bytes)],
  ])('may be %s, whatever its name', async (_, compressed) => {
    const workspace = workspaceWith({})
    const bytes = await tarOf([
      [{ name: 'Dockerfile' }, 'D'],
      [{ name: 'f' }, 'f'],
    ])
    writeFileSync(join(workspace, 'context'), compressed(bytes))
    expect(await names(await packed(workspace, { context: 'context' }))).toEqual(['f', 'Dockerfile'])
  })

  test('makes the same bytes each time, in a ConfigMap or streamed', async () => {
    const { workspace } = bothOf(FILES)
    const [first, second] = [
      await ofTar(workspace, { delivery: 'stream' }),
      await ofTar(workspace, { delivery: 'stream' }),
    ]
    expect(Buffer.compare(first.bytes, second.bytes)).toBe(0)
    expect(Buffer.compare(await bytesOf(first), first.bytes)).toBe(0)
    expect(await names(await ofTar(workspace))).toEqual(await names(first))
  })

  test('keeps what its ignore file keeps, as a directory does', async () => {
    const { directory, workspace } = bothOf({
      Dockerfile: 'D',
      '.dockerignore': '*\n!keep\n!deep/x/y\nkeep/not\n',
      'keep/a': 'a',
      'keep/not': 'n',
      'deep/x/y': 'y',
      'deep/x/z': 'z',
      'other/o': 'o',
    })
    const archive = await ofTar(workspace)
    const files = (tree: Readonly<Record<string, string>>) =>
      Object.entries(tree).filter(([, entry]) => !entry.endsWith('/'))
    expect(files(treeOf(unpacked(archive)))).toEqual(files(treeOf(unpacked(await packed(directory)))))
    expect(archive.dockerfile).toBe(`${OWN}/Dockerfile`)
    expect(archive.ignored).toBe(5)
  })

  test('has the Dockerfile that `file` names in it, with an ignore file of its own', async () => {
    const { workspace } = bothOf({
      'docker/Dev': 'FROM scratch\n',
      'docker/Dev.dockerignore': 'secret\n',
      '.dockerignore': 'wanted\n',
      secret: 's',
      wanted: 'w',
    })
    const archive = await ofTar(workspace, { file: './docker/Dev' })
    expect(archive.dockerfile).toBe(`${OWN}/Dockerfile`)
    expect(await names(archive)).toContain('wanted')
    expect(await names(archive)).not.toContain('secret')
    expect(archive.source).toEqual({ path: 'c.tar/docker/Dev', text: 'FROM scratch\n' })
  })

  test('says what is copied and left out', async () => {
    const { workspace } = bothOf({
      Dockerfile: 'FROM a\nCOPY s /\nCOPY none /\n',
      '.dockerignore': 's\n',
      s: 's',
    })
    expect((await ofTar(workspace)).missing).toMatchObject([
      { source: 's', ignoredBy: '.dockerignore', place: { path: 'c.tar/Dockerfile', firstLine: 2 } },
      { source: 'none', ignoredBy: undefined },
    ])
  })

  test('keeps hard links, times and modes', async () => {
    const modified = new Date('2024-02-03T04:05:06Z')
    const workspace = await workspaceWithTar([
      [{ name: './Dockerfile' }, 'D'],
      [{ name: './bin/tool', mode: 0o4755, mtime: modified }, 't'],
      [{ name: './bin/same', type: 'link', linkname: './bin/tool' }],
    ])
    expect(await headers(await ofTar(workspace))).toMatchObject([
      { name: 'bin/tool', mode: 0o4755, mtime: modified, type: 'file' },
      { name: 'bin/same', type: 'link', linkname: 'bin/tool' },
      { name: 'Dockerfile' },
    ])
  })

  test('counts, names what is large, and takes the last of two Dockerfiles', async () => {
    const workspace = await workspaceWithTar([
      [{ name: 'Dockerfile' }, 'FROM first'],
      [{ name: 'big/file' }, 'x'.repeat(60_000_000)],
      [{ name: '/Dockerfile' }, 'FROM second'],
    ])
    const archive = await ofTar(workspace, { delivery: 'stream' })
    expect(archive.largest).toEqual([{ path: 'big/file', bytes: 60_000_000 }])
    expect(archive.source.text).toBe('FROM second')
    expect(await names(archive)).toEqual(['big/file', 'Dockerfile'])
    expect(readFileSync(join(unpacked(archive), 'Dockerfile'), 'utf8')).toBe('FROM second')
  })

  test.each<[string, Entries, RegExp]>([
    ['leads out of it', [[{ name: 'a/../../x' }, 'x']], /"a\/..\/..\/x" leads out of it/],
    ['is a device', [[{ name: 'dev', type: 'character-device' }]], /"dev" is a device/],
    ['is a named pipe', [[{ name: 'p', type: 'fifo' }]], /"p" is a named pipe/],
    [
      'has our folder’s name, beside an ignore file',
      [[{ name: '.dockerignore' }, 'x'], [{ name: OWN, type: 'directory' }]],
      /needs the name/,
    ],
    [
      'is a Dockerfile that is a link',
      [[{ name: 'Dockerfile', type: 'symlink', linkname: 'x' }]],
      /"Dockerfile" is a link/,
    ],
  ])('is refused by name where something in it %s', async (_, entries, words) => {
    const workspace = await workspaceWithTar([[{ name: 'Dockerfile' }, 'D'], ...entries])
    const failure = await failureOf(ofTar(workspace))
    expect(failure.code).toBe('context-broken')
    expect(failure.headline).toMatch(words)
    expect(failure.cures).not.toEqual([])
  })

  test('is refused where a hard link leads to what is not before it any more', async () => {
    const workspace = await workspaceWithTar([
      [{ name: 'Dockerfile' }, 'D'],
      [{ name: 'same', type: 'link', linkname: 'Dockerfile' }],
    ])
    expect((await failureOf(ofTar(workspace))).cures).toEqual(['make the tar file with --hard-dereference'])
  })

  test.each(['gnu', 'pax'])('is refused where it has a sparse file (%s)', async (format) => {
    const directory = workspaceWith({ Dockerfile: 'D', holes: '' })
    truncateSync(join(directory, 'holes'), 10_000_000)
    appendFileSync(join(directory, 'holes'), 'end')
    const workspace = workspaceWith({})
    const tar = join(workspace, 'c.tar')
    execFileSync('tar', ['--sparse', `--format=${format}`, '-cf', tar, '-C', directory, '.'])
    expect((await failureOf(ofTar(workspace))).headline).toMatch(/is a sparse file|leads out/)
  })

  test.each<[string, (path: string) => void, RegExp]>([
    ['no tar', (path) => writeFileSync(path, noise(5_000)), /no tar file that can be read/],
    ['empty', (path) => writeFileSync(path, ''), /No Dockerfile/],
    [
      'compressed with xz',
      (path) => writeFileSync(path, Buffer.from('fd377a585a000000', 'hex')),
      /compressed with xz/,
    ],
    ['compressed with bzip2', (path) => writeFileSync(path, 'BZh9123'), /compressed with bzip2/],
    [
      'a broken gzip',
      (path) => writeFileSync(path, Buffer.from('1f8b0800000000000003ffffff', 'hex')),
      /no tar file that can be read|cut off/,
    ],
  ])('is refused in words if it is %s', async (_, write, words) => {
    const workspace = workspaceWith({})
    write(join(workspace, 'c.tar'))
    expect((await failureOf(ofTar(workspace))).headline).toMatch(words)
  })

  test('that is cut anywhere is never packed', async () => {
    const workspace = workspaceWith({})
    const whole = gzipSync(
      await tarOf([
        [{ name: 'Dockerfile' }, 'D'],
        [{ name: 'f' }, noise(3_000)],
        [{ name: 'g' }, 'g'],
      ]),
    )
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: whole.length - 1 }), async (length) => {
        writeFileSync(join(workspace, 'c.tar'), whole.subarray(0, length))
        const failure = await failureOf(ofTar(workspace))
        expect(['context-broken', 'dockerfile-missing']).toContain(failure.code)
      }),
      { numRuns: 60 },
    )
  })

  test('that is cut within an entry is told so, not compressed either', async () => {
    const { workspace } = bothOf({ Dockerfile: 'D', f: noise(5_000) })
    truncateSync(join(workspace, 'c.tar'), 3_000)
    expect((await failureOf(ofTar(workspace))).headline).toContain('cut off')
  })

  test('that changes after it was looked at is not sent', async () => {
    const { workspace } = bothOf(FILES)
    const archive = await packContext(
      { workspace, context: 'c.tar', file: undefined, delivery: 'stream', limitBytes: 1 },
      signal,
    )
    appendFileSync(join(workspace, 'c.tar'), 'x')
    expect((await failureOf(bytesOf(archive))).headline).toContain('"c.tar" changed its size')
  })

  test('tells which Dockerfiles there are', async () => {
    const { workspace } = bothOf({
      'x/Dockerfile': 'D',
      'y/dev.Dockerfile': 'D',
      'y/Dockerfile.dockerignore': '',
    })
    const failure = await failureOf(ofTar(workspace))
    expect(failure.code).toBe('dockerfile-missing')
    expect(failure.details).toEqual(['found: x/Dockerfile, y/dev.Dockerfile'])
    expect(failure.cures.join()).toContain('a path in it')
  })

  test('is given up when the build is', async () => {
    const { workspace } = bothOf(FILES)
    const gone = AbortSignal.abort(new Error('stop'))
    await expect(ofTar(workspace, { signal: gone })).rejects.toThrow('stop')
  })
})
