import { parseDockerfile, unknownDockerfile } from '../../src/progress/dockerfile.ts'
import { namedVertex } from '../../src/progress/vertex-name.ts'
import type { NamedVertex } from '../../src/progress/vertex-name.ts'

function named(name: string, source?: string, destinations = ['r/a:1', 'r/a:2']): NamedVertex | undefined {
  const path = 'app/Dockerfile'
  const dockerfile = source === undefined ? unknownDockerfile(path) : parseDockerfile(path, source)
  return namedVertex(name, { dockerfile, destinations })
}

/** `[2/2] RUN x at 3, of 0`: title, first line of the place, number of the stage. */
function shown(name: string, source?: string): string | undefined {
  const found = named(name, source)
  return found && `${found.title} at ${found.place?.firstLine ?? 'no line'}, of ${found.stage}`
}

const ALONE = 'FROM a\nARG X\nRUN one\nENV A=b\nWORKDIR /x\nUSER me\nCOPY a /a\nCMD x\nADD b /b\n'
const STAGES = `FROM a AS Base
RUN one
FROM base AS build
RUN two
FROM scratch
COPY --from=build /x /x
FROM b AS last
COPY c /c
`

describe('a step stands where its stage and position say', () => {
  test.each([
    ['[1/5] FROM docker.io/library/a:latest', ALONE, '[1/5] FROM a at 1, of 0'],
    ['[2/5] RUN one', ALONE, '[2/5] RUN one at 3, of 0'],
    ['[3/5] WORKDIR /x', ALONE, '[3/5] WORKDIR /x at 5, of 0'],
    ['[4/5] COPY a /a', ALONE, '[4/5] COPY a /a at 7, of 0'],
    ['[5/5] ADD b /b', ALONE, '[5/5] ADD b /b at 9, of 0'],
    ['[base 1/2] FROM docker.io/library/a', STAGES, '[base 1/2] FROM a AS Base at 1, of 0'],
    ['[base 2/2] RUN one', STAGES, '[base 2/2] RUN one at 2, of 0'],
    // A stage on another one has no FROM of its own, nor has one on nothing.
    ['[build 1/1] RUN two', STAGES, '[build 1/1] RUN two at 4, of 1'],
    ['[stage-2 1/1] COPY --from=build /x /x', STAGES, '[stage-2 1/1] COPY --from=build /x /x at 6, of 2'],
    ['[last 2/2] COPY c /c', STAGES, '[last 2/2] COPY c /c at 8, of 3'],
    ['[BASE 2/2] RUN one', STAGES, '[BASE 2/2] RUN one at 2, of 0'],
    ['[linux/amd64 2/5] RUN one', ALONE, '[linux/amd64 2/5] RUN one at 3, of 0'],
    ['[linux/arm/v7 base 2/2] RUN one', STAGES, '[linux/arm/v7 base 2/2] RUN one at 2, of 0'],
    ['[linux/amd64 build 1/1] RUN two', STAGES, '[linux/amd64 build 1/1] RUN two at 4, of 1'],
    ['[linux/amd64->arm64 base 2/2] RUN one', STAGES, '[linux/amd64->arm64 base 2/2] RUN one at 2, of 0'],
    ['[linux/amd64->arm/v7 base 2/2] RUN one', STAGES, '[linux/amd64->arm/v7 base 2/2] RUN one at 2, of 0'],
  ])('%s', (name, source, expected) => {
    expect(shown(name, source)).toBe(expected)
  })

  test.each([
    ['[ 2/11] RUN 2', '[2/11] RUN 2 at 2, of 0'],
    ['[ 9/11] RUN 9', '[9/11] RUN 9 at 9, of 0'],
    ['[10/11] RUN 10', '[10/11] RUN 10 at 10, of 0'],
    ['[linux/amd64  2/11] RUN 2', '[linux/amd64 2/11] RUN 2 at 2, of 0'],
  ])('in a stage of many, whose positions are padded: %s', (name, expected) => {
    const source = ['FROM a', ...Array.from({ length: 10 }, (_, at) => `RUN ${at + 2}`)].join('\n')
    expect(shown(name, source)).toBe(expected)
  })

  test('in a named stage of many', () => {
    const source = [
      'FROM a AS build',
      ...Array.from({ length: 10 }, (_, at) => `RUN ${at + 2}`),
      'FROM b',
    ].join('\n')
    expect(shown('[build  3/11] RUN 3', source)).toBe('[build 3/11] RUN 3 at 3, of 0')
  })

  test('in a stage on a further context, whose FROM is counted and not done', () => {
    const source = 'FROM context\nRUN one\nRUN two\n'
    expect(shown('[1/3] RUN one', source)).toBe('[1/3] RUN one at 2, of 0')
    expect(shown('[2/3] RUN two', source)).toBe('[2/3] RUN two at 3, of 0')
  })

  test('over several lines', () => {
    expect(named('[2/2] RUN one   && two', 'FROM a\nRUN one \\\n  # why\n  && two\n')?.place).toEqual({
      path: 'app/Dockerfile',
      firstLine: 2,
      lastLine: 4,
    })
  })

  test.each([
    ['variables filled in', 'WORKDIR $WHERE', 'WORKDIR /there'],
    ['a here-document told by its first words', 'RUN <<EOT\necho here\nEOT', 'RUN <<EOT (echo here)'],
    ['quotes taken away', 'WORKDIR "/a b"', 'WORKDIR /a b'],
    ['blanks as BuildKit likes them', 'COPY  a   /a', 'COPY a /a'],
  ])('with %s', (_, written, said) => {
    expect(named(`[2/2] ${said}`, `FROM a\n${written}\n`)).toMatchObject({
      title: `[2/2] ${written.split('\n')[0]?.replace(/ +/g, ' ') ?? ''}`,
      instruction: said,
      place: { firstLine: 2 },
    })
  })
})

describe('there is no place rather than a wrong one', () => {
  test.each([
    ['a stage that the Dockerfile does not have', '[other 1/2] RUN one', STAGES],
    ['no stage where there are several', '[1/2] RUN one', STAGES],
    ['another instruction at that position', '[2/5] COPY a /a', ALONE],
    ['other words at that position', '[2/5] RUN two', ALONE],
    ['a position that there is not', '[9/5] RUN one', ALONE],
    ['position 0', '[0/5] RUN one', ALONE],
    ['a FROM that is not the first', '[2/5] FROM a', ALONE],
    ['a Dockerfile that is not known', '[2/5] RUN one', undefined],
    ['an empty Dockerfile', '[2/5] RUN one', ''],
  ])('%s', (_, name, source) => {
    expect(named(name, source)).toMatchObject({ title: name, place: undefined })
  })

  test('the instruction after it is none, though its variables could be filled in so', () => {
    const source = 'FROM scratch\nRUN one\nCOPY $A /\n'
    expect(named('[1/2] COPY 1 /', source)?.place).toBeUndefined()
    expect(named('[2/2] COPY 1 /', source)?.place?.firstLine).toBe(3)
  })

  test('what a base image’s ONBUILD adds has none, and the others have their own', () => {
    const source = 'FROM a\nCOPY $A /a\nCOPY $B /b\nCOPY $C /c\n'
    const names = [
      '[1/6] FROM docker.io/library/a',
      '[2/6] ONBUILD COPY . /src',
      '[3/6] ONBUILD RUN make',
      '[4/6] COPY 1 /a',
      '[5/6] COPY 2 /b',
      '[6/6] COPY 3 /c',
    ]
    expect(names.map((name) => named(name, source)?.place?.firstLine)).toEqual([
      1,
      undefined,
      undefined,
      2,
      3,
      4,
    ])
  })

  test('of two stages with one name it is the one with these words, or else none', () => {
    const source = 'FROM a AS x\nRUN one\nCOPY $A /\nFROM x AS y\nFROM b AS x\nRUN two\nCOPY $B /\n'
    expect(shown('[x 2/3] RUN one', source)).toBe('[x 2/3] RUN one at 2, of 0')
    expect(shown('[x 2/3] RUN two', source)).toBe('[x 2/3] RUN two at 6, of 2')
    expect(named('[x 3/3] COPY 1 /', source)?.place).toBeUndefined()
  })
})

test('of a base image’s name the digest is left out where the Dockerfile is not known', () => {
  const name = `[1/2] FROM docker.io/library/a:1@sha256:${'a1'.repeat(32)}`
  expect(named(name)).toMatchObject({ kind: 'base', title: '[1/2] FROM docker.io/library/a:1' })
})

test('the title is one line of bounded length, whatever BuildKit names', () => {
  const title = named(`[2/3] RUN a\n  b\t${'x'.repeat(100_000)}`)?.title
  expect(title).toMatch(/^\[2\/3\] RUN a b x+$/)
  expect(title?.length).toBeLessThan(600)
})

describe('other steps', () => {
  test.each([
    ['exporting to image', 'push', 'push r/a:1, r/a:2'],
    ['exporting to docker image format', 'finish', 'export the image'],
    ['exporting to oci image format', 'finish', 'export the image'],
    ['exporting cache to registry', 'finish', 'write the cache'],
    [
      '[linux/amd64] generating sbom using docker.io/docker/buildkit-syft-scanner:stable-1',
      'finish',
      'write the SBOM',
    ],
    ['generating sbom using x', 'finish', 'write the SBOM'],
  ])('%s', (name, kind, title) => {
    expect(named(name, ALONE)).toEqual({ kind, title, stage: -1, instruction: '', place: undefined })
  })

  test('an image that is pushed nowhere is exported', () => {
    expect(named('exporting to image', ALONE, [])).toMatchObject({
      kind: 'finish',
      title: 'export the image',
    })
  })

  test.each([
    '',
    '[internal] load build definition from Dockerfile',
    '[internal] load metadata for docker.io/library/a:latest',
    '[internal] load build context',
    '[auth] library/a:pull token for registry-1.docker.io',
    'importing cache manifest from r/cache',
    'resolve image config for docker-image://docker.io/docker/dockerfile:1',
    '[2/5]RUN one',
    'x [2/5] RUN one',
    '[a b c 2/5] RUN one',
    // What a command looks like does not count.
    '[context a] load RUN 2/5] RUN one',
  ])('"%s" is none', (name) => {
    expect(named(name, ALONE)).toBeUndefined()
  })

  test('what looks like a position in a command is none', () => {
    const text = 'ADD 4/5] COPY a /a'
    expect(named(`[2/5] ${text}`, ALONE)).toMatchObject({ instruction: text, place: undefined })
  })
})
