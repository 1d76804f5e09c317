import { createHash } from 'node:crypto'

import { contentTag, sourcesOf } from '../../src/plan/content-key.ts'
import { mirrored } from '../../src/plan/mirrored-image.ts'
import { parseDockerfile, unknownDockerfile } from '../../src/progress/dockerfile.ts'
import { printImageReference } from '../../src/request/image-reference.ts'
import { type GivenInputs, requestOf } from '../request/given.ts'

const DIGEST = `sha256:${'d'.repeat(64)}`

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const tagOf = (inputs: GivenInputs = {}, more: Partial<Parameters<typeof contentTag>[0]> = {}): string =>
  contentTag(
    {
      request: requestOf({ tags: 'a.example/app:1', ...inputs }),
      dockerfile: 'Dockerfile',
      contentHash: 'h',
      baseImages: new Map([['busybox', DIGEST]]),
      platforms: ['linux/amd64'],
      ...more,
    },
    sha256,
  )

describe('the tag of an image’s content', () => {
  test('is a tag', () => expect(tagOf()).toMatch(/^hybrid-build-[0-9a-f]{40}$/))

  test.each<readonly [string, GivenInputs]>([
    ['other tags', { tags: 'b.example/other:2' }],
    ['the order of build-args', { 'build-args': 'B=2\nA=1' }],
    ['a time among the labels', { labels: 'org.opencontainers.image.created=2026-01-01T00:00:00Z' }],
    ['how long a build may take', { timeout: '1h' }],
    ['how much is told', { verbosity: 'debug' }],
    ['where base images are read', { 'registry-mirror': 'mirror.example' }],
    ['the cache', { cache: 'false' }],
  ])('does not follow %s', (_, inputs) => {
    const given: GivenInputs = 'build-args' in inputs ? { 'build-args': 'A=1\nB=2' } : {}
    expect(tagOf(inputs)).toBe(tagOf(given))
  })

  test.each<readonly [string, GivenInputs]>([
    ['a build-arg', { 'build-args': 'A=1' }],
    ['the target', { target: 'test' }],
    ['the platform', { platforms: 'linux/arm64' }],
    ['a label', { labels: 'team=checkout' }],
    ['an annotation', { annotations: 'team=checkout' }],
    ['the executor', { executor: 'example.com/kaniko:v2' }],
    ['the id of a secret', { 'secret-envs': 'token=TOKEN' }],
    ['compression', { compression: 'zstd' }],
    ['a flag', { 'kaniko-args': '--ignore-path=/tmp/x' }],
  ])('follows %s', (_, inputs) => {
    expect(tagOf(inputs)).not.toBe(tagOf())
  })

  test('follows the base images, the context, and where it is built', () => {
    const all = [
      tagOf(),
      tagOf({}, { baseImages: new Map([['busybox', `sha256:${'e'.repeat(64)}`]]) }),
      tagOf({}, { contentHash: 'i' }),
      tagOf({}, { dockerfile: 'other/Dockerfile' }),
      tagOf({}, { platforms: ['linux/arm64'] }),
    ]
    expect(new Set(all).size).toBe(all.length)
  })
})

describe('what a build fetches', () => {
  const sources = (text: string, inputs: GivenInputs = {}) =>
    sourcesOf(parseDockerfile('Dockerfile', text), requestOf({ tags: 'a.example/app:1', ...inputs }))

  test('is its base images', () => {
    const text = `ARG V=3\nFROM alpine:$V AS one\nFROM one\nFROM b.example/c@${DIGEST}\nCOPY --from=golang:1 /a /\nCOPY --from=one /b /\nFROM scratch`
    const found = sources(text)
    expect(found.kind === 'images' && found.images.map(printImageReference)).toEqual([
      'alpine:3',
      `b.example/c@${DIGEST}`,
      'golang:1',
    ])
  })

  test.each([
    ['an image that only the build knows', 'FROM alpine:$NOBODY', 'by a variable'],
    ['what ADD fetches', 'FROM a\nADD https://a.example/x.tar /', 'ADD names on line 2'],
    ['what ADD clones', 'FROM a\nADD git@github.com:a/b.git /', 'ADD names on line 2'],
  ])('is not known with %s', (_, text, why) => {
    expect(sources(text)).toEqual({ kind: 'unknowable', why: expect.stringContaining(why) as unknown })
  })

  test('is known where ADD has a checksum, or a file', () => {
    expect(sources('FROM a\nADD --checksum=sha256:00 https://a.example/x /\nADD x /').kind).toBe('images')
  })

  test('is not known without the Dockerfile', () => {
    expect(sourcesOf(unknownDockerfile('Dockerfile'), requestOf({ tags: 'a.example/app:1' })).kind).toBe(
      'unknowable',
    )
  })
})

describe('a base image', () => {
  const hub = { registry: 'docker.io', repository: 'library/busybox', tag: '1' }
  const at = (inputs: GivenInputs, image = hub) =>
    printImageReference(mirrored(image, requestOf({ tags: 'a.example/app:1', ...inputs })))

  test('is read where the build reads it', () => {
    expect(at({})).toBe('busybox:1')
    expect(at({ 'registry-mirror': 'm.example/hub' })).toBe('m.example/hub/library/busybox:1')
    expect(at({ 'registry-mirror': 'm.example' }, { ...hub, registry: 'ghcr.io' })).toBe(
      'ghcr.io/library/busybox:1',
    )
    expect(at({ 'registry-map': 'ghcr.io=m.example/g' }, { ...hub, registry: 'ghcr.io' })).toBe(
      'm.example/g/library/busybox:1',
    )
  })
})
