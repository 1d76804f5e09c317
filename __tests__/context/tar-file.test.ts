import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'

import { bytesOf, headers, names, packed, treeOf, unpacked, workspaceWith } from './given.ts'
import type { Files } from './given.ts'
import { bothOf, ofTar, tarOf, workspaceWithTar } from './given-tar.ts'

const OWN = '.hybrid-kubernetes-build'

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

  test('may have a first file with any name', async () => {
    const workspace = await workspaceWithTar([
      [{ name: 'BZh9.txt' }, 'b'],
      [{ name: 'Dockerfile' }, 'D'],
    ])
    expect(await names(await ofTar(workspace))).toEqual(['BZh9.txt', 'Dockerfile'])
  })

  test('says what is copied and left out', async () => {
    const { workspace } = bothOf({
      Dockerfile: 'FROM a\nCOPY s /\nCOPY none /\n',
      '.dockerignore': 's\nnone\n',
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

  test('is given up when the build is', async () => {
    const { workspace } = bothOf(FILES)
    const gone = AbortSignal.abort(new Error('stop'))
    await expect(ofTar(workspace, { signal: gone })).rejects.toThrow('stop')
  })
})
