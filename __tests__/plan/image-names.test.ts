import fc from 'fast-check'
import { imagesOf } from '../../src/plan/image-names.ts'
import { touchedRegistries } from '../../src/plan/touched-registries.ts'
import { parseDockerfile } from '../../src/progress/dockerfile.ts'
import { printImageRepository } from '../../src/request/image-reference.ts'
import { type GivenInputs, requestOf } from '../request/given.ts'

const images = (lines: readonly string[], buildArgs: Readonly<Record<string, string>> = {}) =>
  imagesOf(parseDockerfile('Dockerfile', lines.join('\n')), new Map(Object.entries(buildArgs))).map(
    printImageRepository,
  )

describe('the images that a Dockerfile reads', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['after FROM', ['FROM ghcr.io/acme/base:1'], ['ghcr.io/acme/base']],
    ['with a platform', ['FROM --platform=$BUILDPLATFORM golang:1 AS build'], ['golang']],
    ['but not scratch', ['FROM scratch'], []],
    ['but no stages', ['FROM a.example/x AS build', 'FROM Build', 'FROM build AS c'], ['a.example/x']],
    ['with the name of a later stage', ['FROM tools', 'FROM a.example/x AS tools'], ['tools', 'a.example/x']],
    [
      'after COPY --from and in mounts',
      [
        'FROM a.example/x AS build',
        'FROM scratch',
        'COPY --from=build /a /',
        'COPY --from=0 /a /',
        'COPY --chown=1 --from=b.example/y:1 /a /',
        'RUN --mount=type=bind,from=c.example/z,target=/z true --from=d.example/no',
      ],
      ['a.example/x', 'b.example/y', 'c.example/z'],
    ],
    ['by digest', [`FROM a.example/x@sha256:${'0'.repeat(64)}`], ['a.example/x']],
    ['with a port', ['FROM registry:5000/x'], ['registry:5000/x']],
    ['and nothing of what is no reference', ['FROM A.example//x', 'FROM'], []],
  ])('are those %s', (_, lines, expected) => {
    expect(images(lines)).toEqual(expected)
  })

  test.each<[string, readonly string[], Readonly<Record<string, string>>, readonly string[]]>([
    ['a default', ['ARG BASE=a.example/x', 'FROM $BASE'], {}, ['a.example/x']],
    ['a build-arg', ['ARG BASE=a.example/x', 'FROM ${BASE}'], { BASE: 'b.example/y:1' }, ['b.example/y']],
    ['one in another', ['ARG R=a.example', 'ARG BASE="$R/x"', 'FROM $BASE'], {}, ['a.example/x']],
    ['several on a line', ["ARG R=a.example P='x'", 'FROM $R/$P:1'], {}, ['a.example/x']],
    ['a word for the unset', ['ARG R', 'FROM ${R:-a.example}/x'], {}, ['a.example/x']],
    ['a word for the set', ['ARG R=1', 'FROM ${R:+a.example/}x'], {}, ['a.example/x']],
    ['a build-arg that no ARG names', ['FROM $BASE'], { BASE: 'b.example/y' }, []],
    ['nothing for the registry', ['ARG R', 'FROM $R/x'], {}, []],
    ['nothing for all of it', ['ARG BASE', 'FROM $BASE'], {}, []],
    ['nothing for the tag', ['ARG V', 'FROM a.example/x:$V'], {}, ['a.example/x']],
    ['nothing for the tag on Docker Hub', ['ARG V', 'FROM node:${V}-alpine'], {}, ['node']],
    ['nothing for the digest', ['ARG D', 'FROM a.example/x@$D'], {}, ['a.example/x']],
    ['a form that is not known', ['ARG R=a.example', 'FROM ${R%x}/x'], {}, []],
  ])('are found with %s', (_, lines, buildArgs, expected) => {
    expect(images(lines, buildArgs)).toEqual(expected)
  })

  test('are found in any text without an exception', () => {
    const part = fc.constantFrom(
      'FROM ',
      'ARG A',
      '=',
      '$',
      '{A}',
      '{',
      '}',
      ':-',
      '/',
      ':',
      '@',
      'a.b',
      '\n',
      ' ',
      '"',
      "'",
      '\0',
      'COPY --from=',
      'AS x',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 25 }), (parts) => {
        const text = parts.join('')
        for (const name of images(text.split('\n'), { A: 'a.b/c' })) expect(name).not.toContain('\0')
      }),
    )
  })
})

describe('the registries that a build touches', () => {
  const touched = (inputs: GivenInputs, dockerfile = 'FROM scratch') =>
    Object.fromEntries(
      touchedRegistries(requestOf(inputs), parseDockerfile('Dockerfile', dockerfile)).map(
        ({ registry, uses }) => [registry, uses.join(', ')],
      ),
    )

  test('are those of tags, cache, base images and mirrors, each with what it is for', () => {
    const inputs = {
      tags: 'ghcr.io/a/b:1,acme/b:1',
      'cache-repository': 'cache.example/c',
      'registry-mirror': 'harbor.example:5000/hub',
    }
    expect(touched(inputs, 'FROM ghcr.io/x/y\nFROM node')).toEqual({
      'ghcr.io': 'push, base images',
      'docker.io': 'push, base images',
      'cache.example': 'cache',
      'harbor.example:5000': 'mirror',
    })
  })

  test('are not those of tags that are not pushed, and not of a cache that is off', () => {
    expect(touched({ tags: 'ghcr.io/a/b:1', push: 'false', cache: 'false' }, 'FROM node')).toEqual({
      'docker.io': 'base images',
    })
    expect(touched({ tags: 'ghcr.io/a/b:1', push: 'false' })).toEqual({ 'ghcr.io': 'cache' })
  })
})

test('BuildKit reads further images: of contexts, of scanners, of the Dockerfile’s own frontend', () => {
  const inputs = {
    tags: 'ghcr.io/acme/app:1',
    builder: 'buildkit',
    'allow-privileged': 'true',
    'build-contexts': 'base=docker-image://contexts.example/base:1',
    sbom: 'generator=scanners.example/scan:1',
  }
  const dockerfile = parseDockerfile('Dockerfile', '# syntax=frontends.example/docker:1\nFROM base\n')
  const registries = touchedRegistries(requestOf(inputs), dockerfile).map(({ registry }) => registry)
  for (const one of ['contexts.example', 'scanners.example', 'frontends.example'])
    expect(registries).toContain(one)
})
