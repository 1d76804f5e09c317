import { execFileSync } from 'node:child_process'
import { chmodSync, linkSync, mkdirSync, utimesSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'

import { failureOf, headers, names, noise, packed, put, treeOf, unpacked, workspaceWith } from './given.ts'

const WRITTEN = new Date('2026-03-04T05:06:07Z')
const DOCKERFILE = 'FROM scratch\nCOPY . .\n'

describe('the archive', () => {
  test('unpacks to the same tree', async () => {
    const workspace = workspaceWith({
      Dockerfile: DOCKERFILE,
      'src/main.go': 'package main',
      'src/deep/er/x.txt': 'x',
      'empty file': '',
      'empty directory': '/',
      '.git/config': 'bare = false',
      'large.bin': 'abcdefgh'.repeat(50_000),
    })
    const archive = await packed(workspace)
    expect(treeOf(unpacked(archive))).toEqual(treeOf(workspace))
    expect(archive).toMatchObject({ dockerfile: 'Dockerfile', files: 6, ignored: 0 })
    expect(archive.contentBytes).toBe(400_000 + DOCKERFILE.length + 'package main'.length + 1 + 12)
  })

  test('has the same bytes for the same files, in whatever order they were written', async () => {
    const files = { Dockerfile: DOCKERFILE, 'b/1': 'one', 'b/2': 'two', a: 'a', é: 'e' }
    const first = workspaceWith(files)
    const second = workspaceWith(Object.fromEntries(Object.entries(files).reverse()))
    for (const workspace of [first, second]) {
      for (const file of Object.keys(files)) utimesSync(join(workspace, file), WRITTEN, WRITTEN)
    }
    utimesSync(join(second, 'b'), new Date(0), new Date(0))
    expect(Buffer.from((await packed(first)).bytes)).toEqual(Buffer.from((await packed(second)).bytes))
  })

  test('says neither when nor on what system it was made, nor who owns the files', async () => {
    const archive = await packed(workspaceWith({ Dockerfile: DOCKERFILE, a: 'a' }))
    expect([...archive.bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
    for (const header of await headers(archive))
      expect(header).toMatchObject({
        uid: 0,
        gid: 0,
        uname: '',
        gname: '',
      })
  })

  test('keeps the time of a file, by which web servers tell a new one from an old', async () => {
    const workspace = workspaceWith({ Dockerfile: DOCKERFILE, 'index.html': 'v1' })
    utimesSync(join(workspace, 'index.html'), WRITTEN, WRITTEN)
    const found = (await headers(await packed(workspace))).find(({ name }) => name === 'index.html')
    expect(found?.mtime).toEqual(WRITTEN)
  })

  test('is one gzip member', async () => {
    const { bytes } = await packed(workspaceWith({ Dockerfile: DOCKERFILE, a: 'a'.repeat(1_000_000) }))
    const inflate = createInflateRaw()
    inflate.end(bytes.subarray(10))
    await pipeline(inflate, async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) expect(chunk.length).toBeGreaterThan(0)
    })
    // Header and trailer apart, the first member is all there is.
    expect(inflate.bytesWritten).toBe(bytes.length - 18)
  })

  test('has its entries by the bytes of their names, and the Dockerfile last', async () => {
    const workspace = workspaceWith({
      Dockerfile: DOCKERFILE,
      B: '',
      a: '',
      'a.b': '',
      'Z/z': '',
      é: '',
      z: '',
    })
    put(workspace, 'A/x', '')
    expect(await names(await packed(workspace))).toEqual([
      'A',
      'A/x',
      'B',
      'Z',
      'Z/z',
      'a',
      'a.b',
      'z',
      'é',
      'Dockerfile',
    ])
  })

  test('keeps permissions, also none and setuid', async () => {
    const workspace = workspaceWith({ Dockerfile: DOCKERFILE, run: '', none: '', setuid: '', dir: '/' })
    chmodSync(join(workspace, 'run'), 0o755)
    chmodSync(join(workspace, 'setuid'), 0o4711)
    chmodSync(join(workspace, 'dir'), 0o1777)
    // Only root can read it then.
    if (process.getuid?.() === 0) chmodSync(join(workspace, 'none'), 0)
    const modes = Object.fromEntries(
      (await headers(await packed(workspace))).map(({ name, mode }) => [name, mode]),
    )
    expect(modes).toEqual({
      Dockerfile: 0o644,
      dir: 0o1777,
      none: process.getuid?.() === 0 ? 0 : 0o644,
      run: 0o755,
      setuid: 0o4711,
    })
  })

  test('keeps links as they are: dangling, leading out, long, to a directory', async () => {
    const long = `${'l'.repeat(90)}/${'é'.repeat(60)}`
    const workspace = workspaceWith({
      Dockerfile: DOCKERFILE,
      dangling: '-> nowhere',
      outside: '-> /etc/passwd',
      up: '-> ../..',
      long: `-> ${long}`,
      'd/f': 'f',
      directory: '-> d',
    })
    const archive = await packed(workspace)
    expect(treeOf(unpacked(archive))).toEqual(treeOf(workspace))
    expect(archive.files).toBe(7)
  })

  test('holds hard links as files of their own', async () => {
    const workspace = workspaceWith({ Dockerfile: DOCKERFILE, a: 'same' })
    linkSync(join(workspace, 'a'), join(workspace, 'b'))
    const archive = await packed(workspace)
    expect((await headers(archive)).map(({ type }) => type)).toEqual(['file', 'file', 'file'])
    expect(treeOf(unpacked(archive))).toEqual(treeOf(workspace))
  })

  test.each([
    ['spaces and quotes', ` a "b" 'c' `],
    ['a line break', 'a\nb'],
    ['an umlaut and an emoji', 'ü😀'],
    ['a backslash', 'a\\b'],
    ['100 characters', 'n'.repeat(100)],
    ['101 characters', 'n'.repeat(101)],
    ['255 characters', 'n'.repeat(255)],
    ['255 bytes of UTF-8', `n${'é'.repeat(127)}`],
    ['a path of 300 characters', `${'d'.repeat(149)}/${'f'.repeat(150)}`],
    ['a path of 1,000 characters', `${`${'d'.repeat(199)}/`.repeat(4)}${'f'.repeat(200)}`],
    ['a leading dash', '-rf'],
    ['a trailing dot', 'x.'],
  ])('holds names with %s', async (_, name) => {
    const workspace = workspaceWith({
      Dockerfile: DOCKERFILE,
      [name]: 'content',
    })
    expect(treeOf(unpacked(await packed(workspace)))).toEqual(treeOf(workspace))
  })

  test('holds a path of every length around those where the form of the header changes', async () => {
    const paths = [98, 99, 100, 101, 154, 155, 156, 254, 255, 256, 257].flatMap((length) => [
      `${'a'.repeat(length - 51)}/${'b'.repeat(50)}`.slice(-length),
      `${'c'.repeat(50)}/${'d'.repeat(length - 51)}`,
    ])
    const workspace = workspaceWith({
      Dockerfile: DOCKERFILE,
      ...Object.fromEntries(paths.map((path) => [path, path])),
    })
    expect(treeOf(unpacked(await packed(workspace)))).toEqual(treeOf(workspace))
  })

  test('can be that of an empty context', async () => {
    const workspace = workspaceWith({ Dockerfile: DOCKERFILE, empty: '/' })
    const archive = await packed(workspace, { context: 'empty', file: 'Dockerfile' })
    expect(archive).toMatchObject({ files: 1, contentBytes: DOCKERFILE.length, ignored: 0 })
    expect((await names(archive)).at(-1)).toBe(archive.dockerfile)
  })
})

describe('what cannot be packed', () => {
  test('a named pipe, by name', async () => {
    const workspace = workspaceWith({ Dockerfile: DOCKERFILE, 'run/x': '' })
    execFileSync('mkfifo', [join(workspace, 'run/pipe')])
    const failure = await failureOf(packed(workspace))
    expect(failure.code).toBe('context-broken')
    expect(failure.headline).toBe('The build context cannot be packed: "run/pipe" is a named pipe.')
  })

  test('a socket, by name, but not where it is ignored', async () => {
    const workspace = workspaceWith({ Dockerfile: DOCKERFILE })
    const server = createServer()
    await new Promise<void>((listening) => server.listen(join(workspace, 'agent.sock'), listening))
    try {
      expect((await failureOf(packed(workspace))).headline).toContain('"agent.sock" is a socket')
      put(workspace, '.dockerignore', '*.sock')
      expect((await packed(workspace)).ignored).toBe(1)
    } finally {
      server.close()
    }
  })

  test('a name that is not UTF-8', async () => {
    const workspace = workspaceWith({ Dockerfile: DOCKERFILE })
    mkdirSync(Buffer.concat([Buffer.from(`${workspace}/caf`), Buffer.from([0xe9])]))
    const failure = await failureOf(packed(workspace))
    expect(failure).toMatchObject({ code: 'context-broken' })
    expect(failure.headline).toContain('has a name that is not UTF-8')
  })

  test('too much: what is largest, and what to do', async () => {
    const workspace = workspaceWith({ Dockerfile: DOCKERFILE, '.dockerignore': 'x', x: '' })
    const sizes = { 'a/1': 30_000, 'a/2': 60_000, b: 20_000, 'line\nbreak': 10_000, c: 9000, d: 8000 }
    for (const [path, size] of Object.entries(sizes)) put(workspace, path, noise(size))
    const failure = await failureOf(packed(workspace, { limitBytes: 50_000 }))
    expect(failure.code).toBe('context-too-large')
    expect(failure.headline).toBe(
      'The build context "." is too large for a ConfigMap: more than 49 KiB compressed.',
    )
    expect(failure.details).toEqual([
      '8 files with 134 KiB before compression, 1 left out by the ignore file; the largest:',
      '59 KiB  a/2',
      '30 KiB  a/1',
      '20 KiB  b',
      '10 KiB  "line\\nbreak"',
      ' 9 KiB  c',
    ])
    expect(failure.cures.join()).toContain('.dockerignore')
  })

  test('one byte less than it takes', async () => {
    const workspace = workspaceWith({ Dockerfile: DOCKERFILE, a: noise(1000) })
    const { bytes } = await packed(workspace)
    expect((await packed(workspace, { limitBytes: bytes.length })).bytes).toEqual(bytes)
    const failure = await failureOf(packed(workspace, { limitBytes: bytes.length - 1 }))
    expect(failure.code).toBe('context-too-large')
  })

  test('too much in many files and directories', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`d${index}/f`, `${index}`]))
    const workspace = workspaceWith({ Dockerfile: DOCKERFILE, ...many })
    expect((await failureOf(packed(workspace, { limitBytes: 300 }))).code).toBe('context-too-large')
  })

  test('anything once the build is cancelled', async () => {
    const reason = new Error('stopped')
    const workspace = workspaceWith({ Dockerfile: DOCKERFILE })
    await expect(packed(workspace, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})
