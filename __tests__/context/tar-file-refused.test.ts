import { execFileSync } from 'node:child_process'
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import fc from 'fast-check'

import { packContext } from '../../src/context/pack.ts'
import { bytesOf, failureOf, names, noise, workspaceWith } from './given.ts'
import { bothOf, type Entries, ofTar, tarOf, workspaceWithTar } from './given-tar.ts'

const OWN = '.hybrid-kubernetes-build'

describe('a tar file as the context', () => {
  test('with a size that is no number is refused, and does not end the process', async () => {
    const workspace = workspaceWith({})
    const bytes = await tarOf([[{ name: 'Dockerfile' }, 'D']])
    bytes[124] = 0x81
    const sum = bytes.subarray(0, 512).reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 32 : byte), 0)
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    writeFileSync(join(workspace, 'c.tar'), bytes)
    expect((await failureOf(ofTar(workspace))).headline).toContain('of a size that cannot be')
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

  test.each<[string, Entries]>([
    ['is packed last', [[{ name: 'same', type: 'link', linkname: 'Dockerfile' }]]],
    ['is not there', [[{ name: 'same', type: 'link', linkname: 'none' }]]],
    ['comes later', [[{ name: 'same', type: 'link', linkname: 'f' }], [{ name: 'f' }, 'f']]],
    [
      'is ignored',
      [
        [{ name: '.dockerignore' }, 'f'],
        [{ name: 'f' }, 'f'],
        [{ name: 'same', type: 'link', linkname: 'f' }],
      ],
    ],
  ])('is refused where a hard link leads to what %s', async (_, entries) => {
    const workspace = await workspaceWithTar([[{ name: 'Dockerfile' }, 'D'], ...entries])
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
    ['empty', (path) => writeFileSync(path, ''), /cut off/],
    [
      'compressed with xz',
      (path) => writeFileSync(path, Buffer.from('fd377a585a000000', 'hex')),
      /compressed with xz/,
    ],
    ['compressed with bzip2', (path) => writeFileSync(path, 'BZh91AY&SY123'), /compressed with bzip2/],
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

  test('that is cut between two entries is told so, compressed in several members or not at all', async () => {
    const workspace = workspaceWith({})
    const whole = await tarOf([
      [{ name: 'Dockerfile' }, 'D'],
      [{ name: 'a' }, 'a'],
      [{ name: 'b' }, noise(600)],
    ])
    const end = 2 * 512 + 2 * 512 + 3 * 512
    for (let length = 1024; length < whole.length; length += 512) {
      for (const bytes of [whole.subarray(0, length), gzipSync(whole.subarray(0, length))]) {
        writeFileSync(join(workspace, 'c.tar'), bytes)
        if (length > end) expect(await names(await ofTar(workspace))).toEqual(['a', 'b', 'Dockerfile'])
        else expect((await failureOf(ofTar(workspace))).headline).toContain('cut off')
      }
    }
  })

  test('that is cut within an entry is told so, not compressed either', async () => {
    const { workspace } = bothOf({ Dockerfile: 'D', f: noise(5_000) })
    truncateSync(join(workspace, 'c.tar'), 3_000)
    expect((await failureOf(ofTar(workspace))).headline).toContain('cut off')
  })

  test('that changes after it was looked at is not sent', async () => {
    const { workspace } = bothOf({ Dockerfile: 'D', f: 'f' })
    const archive = await packContext(
      { workspace, context: 'c.tar', file: undefined, delivery: 'stream', limitBytes: 1 },
      new AbortController().signal,
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
})
