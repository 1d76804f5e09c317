import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

import fc from 'fast-check'
import { extract } from 'tar-stream'

import { bytesOf, failureOf, noise, packed, put, treeOf, unpacked, workspaceWith } from './given.ts'
import { packContext } from '../../src/context/pack.ts'

const DOCKERFILE = 'FROM scratch\nCOPY . .\n'
const never = new AbortController().signal

/** Files by name; some compress, some do not. */
const trees = fc.dictionary(
  fc.string({ unit: fc.constantFrom('a', 'b', 'é', '-'), minLength: 1, maxLength: 12 }),
  fc.record({
    isNoise: fc.boolean(),
    length: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 400_000 })),
  }),
  { maxKeys: 6 },
)

function workspaceOf(tree: Readonly<Record<string, { isNoise: boolean; length: number }>>): string {
  const workspace = workspaceWith({ Dockerfile: DOCKERFILE })
  mkdirSync(join(workspace, 'd'))
  for (const [name, { isNoise, length }] of Object.entries(tree)) {
    writeFileSync(join(workspace, 'd', name), isNoise ? noise(length) : 'x'.repeat(length))
  }
  return workspace
}

/**
 * What Kaniko's reader makes of an archive: it gunzips, extracts up to the
 * archive's end, checks no checksum, and wants the Dockerfile. The content of
 * all files, or undefined where it would fail.
 */
async function kanikoReads(archive: Uint8Array, dockerfile: string): Promise<string | undefined> {
  const entries = extract()
  const gunzip = createGunzip()
  gunzip.on('error', (error) => entries.destroy(error))
  Readable.from([archive]).pipe(gunzip).pipe(entries)
  const found: string[] = []
  let hasDockerfile = false
  try {
    for await (const entry of entries) {
      let length = 0
      for await (const chunk of entry) length += (chunk as Buffer).length
      found.push(`${entry.header.name} ${length}`)
      hasDockerfile ||= entry.header.name === dockerfile
    }
  } catch {
    // Kaniko stops at the archive's end, this reader goes on: with the Dockerfile, which is last, all was there.
    return hasDockerfile ? found.join('\n') : undefined
  }
  return hasDockerfile ? found.join('\n') : undefined
}

test('is the same archive, however it is sent: it unpacks to the same tree', async () => {
  const workspace = workspaceWith({
    Dockerfile: DOCKERFILE,
    'a/b': 'b',
    c: noise(900_000),
    d: 'd'.repeat(700_000),
  })
  symlinkSync('/etc/passwd', join(workspace, 'out'))
  const streamed = await packed(workspace, { delivery: 'stream' })
  expect(streamed.delivery.kind).toBe('stream')
  expect(treeOf(unpacked(streamed))).toEqual(treeOf(workspace))
})

test('can be sent again from its first byte, with the same bytes', async () => {
  const archive = await packed(workspaceWith({ Dockerfile: DOCKERFILE, a: noise(600_000) }), {
    delivery: 'stream',
  })
  expect(Buffer.from(await bytesOf(archive))).toEqual(Buffer.from(archive.bytes))
})

test('cut anywhere, is no archive that could be built from', async () => {
  await fc.assert(
    fc.asyncProperty(
      trees,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      async (tree, where) => {
        const { bytes, dockerfile } = await packed(workspaceOf(tree), { delivery: 'stream' })
        const whole = await kanikoReads(bytes, dockerfile)
        expect(whole).toBeDefined()
        const part = await kanikoReads(bytes.subarray(0, Math.floor(where * bytes.length)), dockerfile)
        // Of the last bytes, which say only that this was all, it does without.
        expect([undefined, whole]).toContain(part)
      },
    ),
    { numRuns: 40 },
  )
}, 60_000)

test('is streamed when it is too large for a ConfigMap, unless that is insisted on', async () => {
  const workspace = workspaceWith({ Dockerfile: DOCKERFILE, a: noise(50_000) })
  const kindFor = async (delivery: 'auto' | 'configmap' | 'stream', limitBytes: number): Promise<string> =>
    (await packContext({ workspace, context: '.', file: undefined, delivery, limitBytes }, never)).delivery
      .kind
  expect(await kindFor('auto', 60_000)).toBe('configmap')
  expect(await kindFor('auto', 20_000)).toBe('stream')
  expect(await kindFor('stream', 60_000)).toBe('stream')
  expect((await failureOf(kindFor('configmap', 20_000))).code).toBe('context-too-large')
})

test('a file that changes before it is sent is named', async () => {
  const workspace = workspaceWith({ Dockerfile: DOCKERFILE, a: 'a' })
  const { delivery } = await packContext(
    { workspace, context: '.', file: undefined, delivery: 'stream', limitBytes: 1 },
    never,
  )
  put(workspace, 'a', 'longer')
  const failure = await failureOf(bytesOf({ delivery }))
  expect(failure.headline).toBe('The build context changed while it was packed: "a" changed its size.')
})

test('ends with what lets a reader stop that is never told of the end', async () => {
  const archive = await packed(workspaceWith({ Dockerfile: DOCKERFILE }), { delivery: 'stream' })
  const gunzip = createGunzip()
  let length = 0
  gunzip.on('data', (chunk: Buffer) => (length += chunk.length))
  // All but the gzip trailer: neither the member nor the stream is over.
  gunzip.write(archive.bytes.subarray(0, -8))
  await new Promise((resolve) => gunzip.flush(() => resolve(undefined)))
  // Header, content, two blocks of zeros, and a window of deflate that Go keeps back.
  expect(length).toBe(512 + 512 + 1024 + 32_768)
  gunzip.destroy()
})
