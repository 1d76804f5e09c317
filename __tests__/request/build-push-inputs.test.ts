import type { BuilderName } from '../../src/request/builder-choice.ts'
import type { InputName } from '../../src/request/inputs.generated.ts'
import { readRequest } from '../../src/request/read-request.ts'
import { containing, type GivenInputs, problemsOf, requestOf } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }

describe('an input of docker/build-push-action', () => {
  test.each<[InputName, string, string]>([
    ['load', 'true', 'allow-privileged: true'],
    ['outputs', 'type=local,dest=x', 'type=docker,dest=image.tar'],
    ['provenance', 'mode=max', 'actions/attest'],
    ['sbom', 'true', 'actions/attest'],
    ['attests', 'type=sbom', 'actions/attest'],
    ['ssh', 'default', '`secrets`'],
    ['build-contexts', 'alpine=docker-image://alpine', 'COPY --from'],
    ['network', 'host', 'pod-proxy'],
    ['no-cache-filters', 'build', 'no-cache: true'],
    ['call', 'check', 'shown with every build'],
    ['builder', 'kanico', 'kaniko'],
    ['cache-from', 'type=gha', 'type=registry,ref=REPOSITORY'],
    ['cache-to', 'type=gha,mode=max', 'type=registry,ref=REPOSITORY'],
    ['platforms', 'linux/amd64,linux/arm64', 'matrix'],
    ['platforms', 'windows/amd64', 'linux/ARCHITECTURE'],
    ['add-hosts', 'docker:host-gateway', 'address that pods can reach'],
  ])('%s: %s is refused: %s', (input, value, expected) => {
    expect(problemsOf({ ...TAGS, [input]: value })).toEqual([
      expect.objectContaining({ input, problem: containing(expected) }),
    ])
  })

  test.each<[InputName, string]>([
    ['load', 'false'],
    ['provenance', 'false'],
    ['sbom', 'false'],
    ['network', 'default'],
    ['call', 'build'],
    ['pull', 'true'],
    ['builder', 'kaniko'],
  ])('%s: %s changes nothing, and nothing is said', (input, value) => {
    expect(requestOf({ ...TAGS, [input]: value })).toEqual(requestOf(TAGS))
  })

  test.each<[InputName, string, string]>([
    ['ulimit', 'nofile=1024', '`resources`'],
    ['cgroup-parent', 'x', '`resources`'],
    ['allow', 'network.host', 'no entitlements'],
    ['builder', 'builder-0b1c7f6e-9f0b-4c1d-8e2a-1234567890ab', 'setup-buildx-action'],
  ])('%s: %s changes nothing, and that is said', (input, value, expected) => {
    const { notices, ...request } = requestOf({ ...TAGS, [input]: value })
    expect(notices).toEqual([containing(expected)])
    expect(notices.join('')).not.toContain('S3cret')
    expect({ ...request, notices: [] }).toEqual(requestOf(TAGS))
  })
})

describe('the cache in build-push-action’s words', () => {
  const cache = (inputs: GivenInputs) => requestOf({ ...TAGS, ...inputs }).cache
  const at = (repository: string) => ({ registry: 'ghcr.io', repository })
  const REF = 'type=registry,ref=ghcr.io/acme/layers:main'

  test.each<[string, GivenInputs, string, boolean]>([
    ['from alone is read', { 'cache-from': REF }, 'acme/layers', false],
    ['both are written', { 'cache-from': REF, 'cache-to': `${REF},mode=max` }, 'acme/layers', true],
    ['the short form', { 'cache-from': 'ghcr.io/acme/layers' }, 'acme/layers', false],
    ['cache-write wins', { 'cache-from': REF, 'cache-write': 'true' }, 'acme/layers', true],
    ['written without a push', { 'cache-to': REF, push: 'false' }, 'acme/layers', true],
    ['cache-repository wins', { 'cache-to': REF, 'cache-repository': 'ghcr.io/a/b' }, 'a/b', true],
    [
      'an image is no cache',
      { 'cache-to': 'type=registry,ref=ghcr.io/acme/app:cache' },
      'acme/app/cache',
      true,
    ],
  ])('%s', (_, inputs, repository, write) => {
    expect(cache(inputs)).toMatchObject({ kind: 'on', repository: at(repository), write })
  })

  test('is one', () => {
    const inputs = { ...TAGS, 'cache-from': `${REF}\nghcr.io/acme/other` }
    expect(problemsOf(inputs)).toEqual([
      { input: 'cache-from', value: 'ghcr.io/acme/other', problem: containing('one cache') },
    ])
  })

  describe('where BuildKit builds', () => {
    const BUILDKIT = { builder: 'buildkit', 'allow-privileged': 'true' }
    const PR = 'type=registry,ref=ghcr.io/acme/layers:pr'
    const OWN = 'ghcr.io/acme/app:layers'
    test.each<[string, GivenInputs, object]>([
      ['has the tag that is named', { 'cache-from': REF }, { tag: 'main', write: false }],
      ['has no tag that nobody names', { 'cache-from': 'ghcr.io/acme/layers' }, {}],
      [
        'is written at one tag, and read at the others',
        { 'cache-from': `${REF}\n${PR}`, 'cache-to': PR },
        { tag: 'pr', readTags: ['main'], write: true },
      ],
      [
        'may be beside the image, as docker has it',
        { 'cache-to': OWN },
        { repository: at('acme/app'), tag: 'layers', isDerived: false },
      ],
      [
        'is read beside the image',
        { 'cache-from': OWN },
        { repository: at('acme/app'), tag: 'layers', write: false },
      ],
      [
        'is not written over what may be an image',
        { 'cache-from': OWN, 'cache-write': 'true' },
        { repository: at('acme/app/cache'), isDerived: true, write: true },
      ],
      [
        'is never the image',
        { 'cache-to': 'ghcr.io/acme/app:1' },
        { repository: at('acme/app/cache'), isDerived: true },
      ],
      [
        'has no tag of another repository',
        { 'cache-to': REF, 'cache-repository': 'ghcr.io/a/b' },
        { repository: at('a/b'), write: true },
      ],
    ])('%s', (_, inputs, expected) => {
      const found = cache({ ...BUILDKIT, ...inputs })
      expect({ tag: undefined, readTags: undefined, ...found }).toMatchObject({
        tag: undefined,
        readTags: undefined,
        ...expected,
      })
    })

    test.each<[BuilderName, string | undefined]>([
      ['kaniko', undefined],
      ['buildkit', 'main'],
      ['docker', 'main'],
      ['nerdctl', 'main'],
      // Theirs is a repository with a tag for each layer.
      ['buildah', undefined],
      ['podman', undefined],
    ])('with %s its tag is %s', (builder, tag) => {
      const inputs: GivenInputs = { ...TAGS, ...BUILDKIT, builder, 'cache-to': REF }
      const read = readRequest((name) => inputs[name], {}, builder)
      expect(read.kind === 'request' ? { tag: undefined, ...read.request.cache } : read).toMatchObject({
        tag,
      })
    })
  })

  test('shows no token of a service', () => {
    expect(
      JSON.stringify(problemsOf({ ...TAGS, 'cache-to': 'type=s3,secret_access_key=S3cret' })),
    ).not.toContain('S3cret')
  })
})
