import { diagnoseEnd } from '../../src/failure/diagnose-end.ts'
import type { EndedBuild } from '../../src/failure/ended-build.ts'
import { endedBuild, message, planOf, podIn, snapshotOf } from './given.ts'

const BUILDING = 'error building image: error building stage: failed to execute command: '
const failedWith = (lines: readonly string[], more: Partial<EndedBuild> = {}) =>
  diagnoseEnd(endedBuild(snapshotOf(podIn({ terminated: { exitCode: 1 } })), lines, more))

describe('a Dockerfile', () => {
  test.each<[string, string, string, string, number | undefined]>([
    [
      'that cannot be parsed',
      'FROM a\nRUN a\nCOPY a\n',
      'error building image: parsing dockerfile: dockerfile parse error on line 3: COPY requires at least two arguments',
      'app/Dockerfile:3 cannot be parsed: COPY requires at least two arguments.',
      3,
    ],
    [
      'that cannot be parsed somewhere',
      'RUN a\n',
      'error building image: parsing dockerfile: no build stage in current context',
      'The Dockerfile app/Dockerfile cannot be used.',
      undefined,
    ],
    [
      'whose base image has a variable with a default',
      'ARG V=24\nFROM node:${V}-alpine AS n\nFROM other\n',
      'error building image: GET https://index.docker.io/v2/library/node/manifests/24-alpine: MANIFEST_UNKNOWN: x',
      'The base image node:24-alpine, which app/Dockerfile:2 names, cannot be found in its registry.',
      2,
    ],
    [
      'whose base image comes from a build argument',
      'ARG BASE\nFROM $BASE\nFROM other\n',
      'error building image: no child with platform linux/s390x in index node:24-alpine',
      'The base image node:24-alpine, which app/Dockerfile:2 names, is not made for the processor of the node.',
      2,
    ],
    [
      'whose base image may not be read',
      'FROM docker.io/library/node:24-alpine\n',
      'error building image: GET https://r/v2/a/manifests/1: UNAUTHORIZED: authentication required',
      'The registry does not let the build read the base image node:24-alpine, which app/Dockerfile:1 names.',
      1,
    ],
    [
      'whose copied image may not be read',
      'FROM other\nCOPY --from=node:24-alpine /a /b\n',
      'error building image: GET https://r/v2/a/manifests/1: DENIED: no',
      'The registry does not let the build read the base image node:24-alpine, which app/Dockerfile:2 names.',
      2,
    ],
  ])('%s', (_, source, line, headline, at) => {
    const reading = message('Retrieving image node:24-alpine from registry index.docker.io')
    const failure = failedWith([reading, line], { plan: planOf(source) })
    expect(failure.headline).toBe(headline)
    expect(failure.place?.firstLine).toBe(at)
  })

  test.each([
    ['biuld', 'set `target: build`, if that was meant'],
    [
      'production',
      'set `target` to a name that stands after AS in a FROM line, or leave it out for the last stage',
    ],
  ])('without the stage %j lists those it has', (target, cure) => {
    const line = `error building image: error finding target stage: "${target}" is not a valid target build stage`
    const plan = planOf('FROM a AS build\nFROM b\nFROM c AS test\n')
    expect(failedWith([line], { plan })).toMatchObject({
      code: 'target-missing',
      headline: `app/Dockerfile has no stage "${target}", which \`target\` names.`,
      details: ['stages     build (line 1), test (line 3)'],
      cures: [cure],
    })
  })
})

describe('a source that is missing', () => {
  const SOURCE = 'FROM a AS b\nCOPY ./dist /app\nCOPY --from=b "/out/a b" /x\nADD https://x.example/y /y\n'
  const inContext = (path: string) =>
    `error building image: error building stage: failed to get files used from context: failed to get fileinfo for /kaniko/buildcontext/${path}: lstat /kaniko/buildcontext/${path}: no such file or directory`
  const missing = (ignoredBy: string | undefined) => [
    { source: './dist', place: { path: 'app/Dockerfile', firstLine: 2, lastLine: 2 }, ignoredBy },
  ]

  test('in the context is told with the instruction that names it', () => {
    const failure = failedWith([inContext('dist')], {
      plan: planOf(SOURCE, { missingSources: missing(undefined) }),
    })
    expect(failure).toMatchObject({
      code: 'copy-source-missing',
      headline: '"dist", which app/Dockerfile:2 copies, is not in the context.',
      place: { firstLine: 2 },
      details: ['COPY ./dist /app'],
    })
  })

  test('is found in the Dockerfile where nobody looked before', () => {
    expect(failedWith([inContext('dist')], { plan: planOf(SOURCE) }).place?.firstLine).toBe(2)
  })

  test('because of an ignore file is told with the line that lets it in', () => {
    const plan = planOf(SOURCE, { missingSources: missing('.dockerignore') })
    expect(failedWith([inContext('dist')], { plan })).toMatchObject({
      headline: '"dist", which app/Dockerfile:2 copies, is left out of the context by .dockerignore.',
      cures: ['let it in with a last line in .dockerignore: !dist'],
    })
  })

  test('in an earlier stage is not looked for in the context', () => {
    const line =
      'error building image: error building stage: failed to get files used from context: failed to get fileinfo for /kaniko/deps/0/out/a b: lstat /kaniko/deps/0/out/a b: no such file or directory'
    expect(failedWith([line])).toMatchObject({
      code: 'copy-source-missing',
      headline: '"/out/a b", which the Dockerfile copies, is not in the stage it is copied from.',
    })
  })

  test('at an address is told as one that cannot be fetched', () => {
    const line = `${BUILDING}downloading remote source file: Get "https://x.example/y": dial tcp: lookup x.example: no such host`
    const lines = [message('ADD https://x.example/y /y'), line]
    expect(failedWith(lines, { plan: planOf(SOURCE) })).toMatchObject({
      code: 'copy-source-missing',
      headline: 'https://x.example/y, which app/Dockerfile:4 adds, cannot be fetched from the build pod.',
    })
  })
})
