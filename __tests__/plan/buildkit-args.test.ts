import type { FetchedContext } from '../../src/context/context-archive.ts'
import { cacheReference } from '../../src/plan/buildkit-args.ts'
import { type GivenInputs, requestOf } from '../request/given.ts'
import { argsOf, NO_RUN, planOf, RUN, streamedArchive } from './given.ts'
import { args, BUILDKIT, valuesOf } from './given-buildkit.ts'

const SHA = '0123456789abcdef0123456789abcdef01234567'

const opts = (...given: Parameters<typeof args>) => valuesOf(args(...given), '--opt')
const outputs = (...given: Parameters<typeof args>) => valuesOf(args(...given), '--output')

test('a build with nothing asked for', () => {
  expect(args({})).toEqual([
    '--frontend=dockerfile.v0',
    '--local=context=/buildkit/state/context',
    '--local=dockerfile=/buildkit/state/context',
    '--opt',
    'filename=Dockerfile',
    '--import-cache=type=registry,ref=ghcr.io/acme/app/cache:buildkit',
    '--export-cache=type=registry,ref=ghcr.io/acme/app/cache:buildkit,mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true',
    '--output',
    'type=image,name=ghcr.io/acme/app:1,push=true',
  ])
})

test.each<[string, GivenInputs, readonly string[]]>([
  ['a stage', { target: 'runtime' }, ['target=runtime']],
  ['a platform', { platforms: 'linux/arm/v7' }, ['platform=linux/arm/v7']],
  [
    'build-args as they are',
    { 'build-args': 'B=x=y z\nA="$1",\\n\nE=' },
    ['build-arg:B=x=y z', 'build-arg:A="$1",\\n', 'build-arg:E='],
  ],
  ['a fixed time', { reproducible: 'true' }, ['build-arg:SOURCE_DATE_EPOCH=0']],
  [
    'hosts',
    { 'host-aliases': 'a.example:10.0.0.5\nb:10.0.0.5' },
    ['add-hosts=a.example=10.0.0.5,b=10.0.0.5'],
  ],
  ['shared memory, in bytes', { 'shm-size': '1g' }, ['shm-size=1073741824']],
  ['limits', { ulimit: 'nofile=1024:2048,core=-1' }, ['ulimit=nofile=1024:2048,core=-1']],
  ['no network', { network: 'none' }, ['force-network-mode=none']],
  ['fresh base images', { pull: 'true' }, ['image-resolve-mode=pull']],
  ['stages that are built anew', { 'no-cache-filters': 'a,b' }, ['no-cache=a,b']],
  ['an SBOM', { sbom: 'true' }, ['attest:sbom=']],
  ['provenance', { provenance: 'true' }, ['attest:provenance=']],
])('the frontend is told of %s', (_, inputs, expected) => {
  expect(opts(inputs)).toEqual(expect.arrayContaining([...expected]))
})

test('what is off leaves no option behind', () => {
  const off = {
    provenance: 'false',
    sbom: 'false',
    network: 'default',
    pull: 'false',
    reproducible: 'false',
  }
  expect(opts(off)).toEqual(['filename=Dockerfile'])
})

test('without a cache every stage is built anew as it is', () => {
  expect(opts({ 'no-cache-filters': 'a', cache: 'false' })).toEqual(['filename=Dockerfile'])
})

test('the user’s own fixed time wins', () => {
  const inputs = { reproducible: 'true', 'build-args': 'SOURCE_DATE_EPOCH=7' }
  expect(opts(inputs).filter((option) => option.includes('EPOCH'))).toEqual(['build-arg:SOURCE_DATE_EPOCH=7'])
})

test('the runner’s proxies are build-args, of which the user’s own win', () => {
  const found = opts(
    { 'pod-proxy': 'inherit', 'build-args': 'http_proxy=mine' },
    {},
    { HTTP_PROXY: 'http://p:1/a=b' },
  )
  expect(found.filter((option) => /proxy/i.test(option))).toEqual([
    'build-arg:HTTP_PROXY=http://p:1/a=b',
    'build-arg:http_proxy=mine',
  ])
})

test('labels are told with all that is in them', () => {
  const labels = new Map([['a', 'b=c, "d"\n--allow=security.insecure']])
  expect(opts({}, { labels })).toContain('label:a=b=c, "d"\n--allow=security.insecure')
})

describe('the context', () => {
  const contextOf = (...given: Parameters<typeof args>) =>
    args(...given).filter((word) => /^--local|^context(?:=|:)/.test(word))
  const fetched = (context: string, inputs: GivenInputs = {}) =>
    contextOf(
      { namespace: 'ci', context, ...inputs },
      { delivery: 'executor' },
      {
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'acme/app',
        GITHUB_SHA: SHA,
      },
    )
  const LOCAL = ['--local=context=/buildkit/state/context', '--local=dockerfile=/buildkit/state/context']

  test.each(['stream', 'configmap'] as const)('is unpacked from a %s', (delivery) => {
    expect(contextOf({}, { delivery })).toEqual(LOCAL)
  })

  test.each<[string, readonly string[]]>([
    ['git', [`context=https://github.com/acme/app.git#${SHA}`]],
    ['git:a/b', [`context=https://github.com/acme/app.git#${SHA}:a/b`]],
    ['https://git.example:8443/c.git', ['context=https://git.example:8443/c.git#']],
    ['https://github.com/acme/app', ['context=https://github.com/acme/app.git#']],
    ['github.com/acme/app/#v1:sub', ['context=https://github.com/acme/app.git#v1:sub']],
    ['https://git.example/c.git#v1', ['context=https://git.example/c.git#v1']],
    ['https://git.example/c.git#:sub', ['context=https://git.example/c.git#:sub']],
    ['http://git.example/c.git#main:sub', ['context=http://git.example/c.git#main:sub']],
    ['https://files.example/a.tar.gz?s=1&t=2', ['context=https://files.example/a.tar.gz?s=1&t=2']],
    [
      'pvc://sources/a/b',
      ['--local=context=/buildkit/context/a/b', '--local=dockerfile=/buildkit/context/a/b'],
    ],
    ['pvc://sources', ['--local=context=/buildkit/context/', '--local=dockerfile=/buildkit/context/']],
  ])('is fetched: %s', (context, expected) => {
    expect(fetched(context)).toEqual(expected)
  })

  test('has others beside it', () => {
    const contexts = 'a=docker-image://x:1\nb=docs\nc=https://github.com/acme/app.git#v1\nd=./x=y'
    expect(contextOf({ 'build-contexts': contexts }).filter((word) => !LOCAL.includes(word))).toEqual([
      'context:a=docker-image://x:1',
      'context:b=local:context-1',
      '--local=context-1=/buildkit/state/context/.hybrid-kubernetes-build/contexts/1',
      'context:c=https://github.com/acme/app.git#v1',
      'context:d=local:context-3',
      '--local=context-3=/buildkit/state/context/.hybrid-kubernetes-build/contexts/3',
    ])
  })

  test('is delivered as the plan says', () => {
    expect(argsOf(planOf(BUILDKIT))[0]).toBe('/buildkit/context/context.tar.gz')
    expect(argsOf(planOf(BUILDKIT, { context: streamedArchive() }))[0]).toBe('-')
    const context: FetchedContext = { kind: 'fetched', dockerfile: 'a/Dockerfile', source: undefined }
    const request = requestOf({ ...BUILDKIT, context: 'https://git.example/c.git', file: 'a/Dockerfile' })
    const planned = argsOf(planOf(BUILDKIT, { request, context }))
    expect(planned.slice(0, 2)).toEqual(['', 'a/Dockerfile'])
    expect(valuesOf(planned, '--opt')).toContain('filename=a/Dockerfile')
  })
})

describe('the cache', () => {
  const cache = (inputs: GivenInputs) =>
    args(inputs).filter((word) => /^--(?:import|export)-cache/.test(word))
  const reference = (inputs: GivenInputs) => cacheReference(requestOf({ ...BUILDKIT, ...inputs }))

  test('is read only, or off', () => {
    expect(cache({ 'cache-write': 'false' })).toEqual([
      '--import-cache=type=registry,ref=ghcr.io/acme/app/cache:buildkit',
    ])
    expect(cache({ cache: 'false' })).toEqual([])
    expect(cache({ 'no-cache': 'true' })).toEqual([])
  })

  test.each<[GivenInputs, string | undefined]>([
    [{}, 'ghcr.io/acme/app/cache:buildkit'],
    [{ tags: 'acme/app:1' }, 'acme/app-cache:buildkit'],
    [{ 'cache-repository': 'h.example:5000/c' }, 'h.example:5000/c:buildkit'],
    [{ target: 'Run_Time.2' }, 'ghcr.io/acme/app/cache:buildkit-run_time.2'],
    [{ platforms: 'linux/arm/v7' }, 'ghcr.io/acme/app/cache:buildkit-linux-arm-v7'],
    [{ platforms: 'linux/arm64', target: 'a' }, 'ghcr.io/acme/app/cache:buildkit-linux-arm64-a'],
    [{ 'cache-to': 'ghcr.io/acme/l:Main', target: 'a', platforms: 'linux/arm64' }, 'ghcr.io/acme/l:Main'],
    [{ cache: 'false' }, undefined],
  ])('of %j is at %s', (inputs, expected) => {
    expect(reference(inputs)).toBe(expected)
  })

  test('is read at every tag that is named, and written at one', () => {
    const inputs = { 'cache-from': 'ghcr.io/acme/l:main', 'cache-to': 'ghcr.io/acme/l:pr' }
    expect(cache(inputs).map((word) => word.split(',').slice(0, 2).join())).toEqual([
      '--import-cache=type=registry,ref=ghcr.io/acme/l:pr',
      '--import-cache=type=registry,ref=ghcr.io/acme/l:main',
      '--export-cache=type=registry,ref=ghcr.io/acme/l:pr',
    ])
  })

  test('keeps its platform, however long a stage’s name is', () => {
    expect(reference({ target: 'a'.repeat(300), platforms: 'linux/arm64' })).toContain(
      ':buildkit-linux-arm64-',
    )
  })

  test('has a tag that registries take, however long a stage’s name is', () => {
    expect(reference({ target: 'a'.repeat(300) })).toMatch(/:[a-z-]{128}$/)
  })
})

describe('the image', () => {
  test.each<[string, GivenInputs, readonly string[]]>([
    [
      'goes to every tag',
      { tags: 'acme/app:1,r:5000/x/y' },
      ['type=image,"name=acme/app:1,r:5000/x/y:latest",push=true'],
    ],
    ['goes nowhere', { push: 'false' }, ['type=image']],
    [
      'has annotations',
      { annotations: 'manifest:a=b=c d\nindex:x=y' },
      ['type=image,name=ghcr.io/acme/app:1,push=true,annotation.a=b=c d'],
    ],
    [
      'has its form',
      { compression: 'zstd', 'compression-level': '19', reproducible: 'true' },
      [
        'type=image,name=ghcr.io/acme/app:1,push=true,oci-mediatypes=true,compression=zstd,compression-level=19,rewrite-timestamp=true',
      ],
    ],
    [
      'has Docker’s form',
      { 'image-format': 'docker' },
      ['type=image,name=ghcr.io/acme/app:1,push=true,oci-mediatypes=false'],
    ],
    [
      'is a file for docker load, and its digest the image’s',
      { tags: 'acme/app:1,acme/app:2', push: 'false', outputs: 'type=docker,dest=a.tar' },
      ['type=docker,dest=/buildkit/image-files/docker.tar,"name=acme/app:1,acme/app:2"', 'type=image'],
    ],
    [
      'is both files, of the image’s form',
      { outputs: 'type=oci,dest=b.tar\ntype=docker,dest=a.tar', compression: 'gzip' },
      [
        'type=oci,dest=/buildkit/image-files/oci.tar,compression=gzip',
        'type=docker,dest=/buildkit/image-files/docker.tar,name=ghcr.io/acme/app:1,compression=gzip',
        'type=image,name=ghcr.io/acme/app:1,push=true,compression=gzip',
      ],
    ],
    [
      'is both files with all that the image has, but that docker’s has its own format, and no annotations',
      {
        outputs: 'type=oci,dest=b.tar\ntype=docker,dest=a.tar',
        push: 'false',
        'image-format': 'docker',
        reproducible: 'true',
        annotations: 'a=b',
      },
      [
        'type=oci,dest=/buildkit/image-files/oci.tar,oci-mediatypes=false,rewrite-timestamp=true,annotation.a=b',
        'type=docker,dest=/buildkit/image-files/docker.tar,name=ghcr.io/acme/app:1,rewrite-timestamp=true',
        'type=image,oci-mediatypes=false,rewrite-timestamp=true,annotation.a=b',
      ],
    ],
    [
      'is a file without a name',
      { tags: '', push: 'false', outputs: 'type=docker,dest=a.tar' },
      ['type=docker,dest=/buildkit/image-files/docker.tar', 'type=image'],
    ],
  ])('%s', (_, inputs, expected) => {
    expect(outputs(inputs)).toEqual(expected)
  })
})

describe('attestations', () => {
  const runUrl = 'https://github.com/acme/app/actions/runs/8821/attempts/1'
  test('name the run as the builder, where nothing else is named', () => {
    expect(opts({ provenance: 'true', sbom: 'true' }, { runUrl })).toEqual(
      expect.arrayContaining([`attest:provenance=builder-id=${runUrl}`, 'attest:sbom=']),
    )
    expect(opts({ provenance: 'mode=max' }, { runUrl })).toContain(
      `attest:provenance=mode=max,builder-id=${runUrl}`,
    )
    expect(opts({ provenance: 'builder-id=https://me.example' }, { runUrl })).toContain(
      'attest:provenance=builder-id=https://me.example',
    )
  })

  test('quote what has a comma or a quote in it', () => {
    expect(opts({ provenance: '"builder-id=a,""b"""' }, { runUrl })).toContain(
      'attest:provenance="builder-id=a,""b"""',
    )
  })

  test('know the run from the plan', () => {
    const attested = (run: typeof RUN) =>
      argsOf(planOf({ ...BUILDKIT, provenance: 'true' }, { run })).filter((word) =>
        word.startsWith('attest:'),
      )
    expect(attested(RUN)).toEqual([`attest:provenance=builder-id=${runUrl}`])
    expect(attested(NO_RUN)).toEqual(['attest:provenance='])
  })
})

test('secrets, keys and entitlements', () => {
  const secrets = new Map([['npm', '/buildkit/build-secrets/secret-1']])
  const keys = new Map([
    ['default', ['/buildkit/build-secrets/secret-2', '/buildkit/build-secrets/secret-3']],
  ])
  const found = args({ allow: 'network.host,security.insecure', network: 'host' }, { secrets, keys })
  expect(found.filter((word) => /^--(?:secret|ssh|allow)/.test(word))).toEqual([
    '--allow=network.host',
    '--allow=security.insecure',
    '--secret=id=npm,src=/buildkit/build-secrets/secret-1',
    '--ssh=default=/buildkit/build-secrets/secret-2,/buildkit/build-secrets/secret-3',
  ])
})
