import { readFileSync } from 'node:fs'
import { imageLabels } from '../../src/plan/image-labels.ts'
import { kanikoArgs } from '../../src/plan/kaniko-args.ts'
import { type GivenInputs, requestOf } from '../request/given.ts'
import { argsOf, NO_RUN, planOf, RUN, streamedArchive } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }
const time = new Date('2026-11-23T12:00:00.900Z')
const help = readFileSync(new URL('../fixtures/kaniko-help.txt', import.meta.url), 'utf8')
/** Flag → whether it takes a value. */
const known = new Map(
  [...help.matchAll(/^ {2,6}(?:-\w, )?--([A-Za-z-]+)( \S+)?/gm)].map(([, name = '', value]) => [
    name,
    value !== undefined,
  ]),
)

function args(inputs: GivenInputs, labels: ReadonlyMap<string, string> = new Map()): readonly string[] {
  const decided = {
    delivery: 'configmap',
    dockerfile: 'Dockerfile',
    labels,
    certificates: new Map<string, string>(),
    isPushedElsewhere: false,
    secrets: new Map<string, string>(),
  } as const
  return kanikoArgs(requestOf({ ...TAGS, ...inputs }), decided)
}

test('what is always given is what the contract fixes', () => {
  expect(args({}).slice(0, 9)).toEqual([
    '--context=tar:///kaniko/context/context.tar.gz',
    '--ignore-path=/product_uuid',
    '--compressed-caching=false',
    '--image-download-retry=3',
    '--image-fs-extract-retry=3',
    '--log-format=json',
    '--digest-file=/dev/termination-log',
    '--dockerfile=Dockerfile',
    '--push-retry=3',
  ])
})

test('a context that is streamed is read from standard input', () => {
  const contexts = argsOf(planOf(TAGS, { context: streamedArchive() })).filter((arg) =>
    arg.startsWith('--context'),
  )
  expect(contexts).toEqual(['--context=tar://stdin'])
})

test.each<[string, GivenInputs, readonly string[]]>([
  [
    'the cache is on, its repository explicit',
    {},
    ['--cache=true', '--cache-repo=ghcr.io/acme/app/cache', '--cache-ttl=86400s'],
  ],
  ['the cache is off', { cache: 'false' }, ['--cache=false']],
  ['the cache is only read', { 'cache-write': 'false' }, ['--cache=true', '--no-push-cache']],
  [
    'every tag is a destination',
    { tags: 'acme/app:1,r:5000/x/y' },
    ['--destination=acme/app:1', '--destination=r:5000/x/y:latest'],
  ],
  ['nothing is pushed', { push: 'false' }, ['--no-push', '--no-push-cache']],
  ['a stage is named', { target: 'runtime' }, ['--target=runtime']],
  [
    'build-args keep their values',
    { 'build-args': 'B=x=y z\nA="$1"' },
    ['--build-arg=B=x=y z', '--build-arg=A="$1"'],
  ],
  ['mirrors', { 'registry-mirror': 'a,b:1' }, ['--registry-mirror=a', '--registry-mirror=b:1']],
  [
    'annotations',
    { annotations: 'manifest:a=b=c d\nindex:x=y\nmanifest,index:z=1' },
    ['--annotation=a=b=c d', '--annotation=z=1'],
  ],
  ['a platform', { platforms: 'linux/arm/v7' }, ['--custom-platform=linux/arm/v7']],
  [
    'zstd, for which the format is OCI’s',
    { compression: 'zstd' },
    ['--compression=zstd', '--image-format=oci'],
  ],
  ['a level', { 'compression-level': '3' }, ['--compression-level=3']],
  ['reproducible', { reproducible: 'true' }, ['--reproducible']],
  [
    'snapshots',
    { 'snapshot-mode': 'redo', 'single-snapshot': 'true' },
    ['--snapshot-mode=redo', '--single-snapshot'],
  ],
  ['the new RUN', { 'use-new-run': 'true' }, ['--use-new-run']],
  ['the log’s level', { verbosity: 'trace' }, ['--verbosity=trace']],
  ['retries', { 'push-retry': '0' }, ['--push-retry=0']],
  [
    'registries in the place of others',
    { 'registry-map': 'docker.io=h.example/hub\nquay.io=h.example:5000' },
    ['--registry-map=index.docker.io=h.example/hub', '--registry-map=quay.io=h.example:5000'],
  ],
  ['no-cache', { 'no-cache': 'true' }, ['--cache=false']],
  ['base images on a volume', { namespace: 'b', 'cache-volume': 'c' }, ['--cache-dir=/kaniko/base-images']],
  ['plain HTTP', { 'insecure-registries': 'a:1' }, ['--insecure-registry=a:1']],
])('%s', (_, inputs, expected) => {
  expect(args(inputs)).toEqual(expect.arrayContaining([...expected]))
})

test('what is off leaves no flag behind', () => {
  const off = args({ cache: 'false' }).join('\n')
  expect(off).not.toMatch(
    /--(?:cache-repo|cache-ttl|no-push|target|build-arg|label|registry-mirror|insecure)/,
  )
})

test('an image that is not pushed has no destination, though it has tags', () => {
  expect(args({ push: 'false' }).filter((flag) => flag.startsWith('--destination'))).toEqual([])
})

test('the user’s own flags come last', () => {
  expect(args({ 'kaniko-args': '--image-download-retry=9\n--force' }).slice(-2)).toEqual([
    '--image-download-retry=9',
    '--force',
  ])
})

test('every flag is one of the executor’s, with a value exactly where it takes one', () => {
  const everything: GivenInputs = {
    target: 'a',
    'build-args': 'A=1',
    labels: 'a=b',
    'registry-mirror': 'm',
    'insecure-registries': 'i:1',
    'cache-write': 'false',
    annotations: 'a=b',
    platforms: 'linux/arm64',
    'image-format': 'oci',
    compression: 'zstd',
    'compression-level': '19',
    reproducible: 'true',
    'snapshot-mode': 'redo',
    'single-snapshot': 'true',
    'use-new-run': 'true',
    verbosity: 'debug',
    'push-retry': '0',
    'registry-map': 'docker.io=harbor.example/hub',
    namespace: 'builds',
    'cache-volume': 'base-images',
  }
  const all = [
    ...args(everything, new Map([['a', 'b']])),
    ...args({ ...everything, cache: 'false' }),
    ...args({ ...everything, push: 'false' }),
  ]
  for (const flag of all) {
    const [, name = '', value] = /^--([a-z-]+)(=.+)?$/.exec(flag) ?? []
    expect(known.has(name)).toBe(true)
    const boolean = known.get(name) === false
    expect([flag, boolean ? (value ?? '=true') : value !== undefined]).toEqual([
      flag,
      boolean ? expect.stringMatching(/^=(?:true|false)$/) : true,
    ])
  }
})

describe('labels of the image', () => {
  const labels = (inputs: GivenInputs, run = RUN) => [
    ...imageLabels(requestOf({ ...TAGS, ...inputs }), run, time),
  ]

  test('are told by the run', () => {
    expect(labels({})).toEqual([
      ['org.opencontainers.image.title', 'app'],
      ['org.opencontainers.image.source', 'https://github.com/acme/app'],
      ['org.opencontainers.image.url', 'https://github.com/acme/app'],
      ['org.opencontainers.image.revision', '0123456789abcdef0123456789abcdef01234567'],
      ['org.opencontainers.image.created', '2026-11-23T12:00:00Z'],
    ])
  })

  test('are the user’s where both name one; the user’s order is kept', () => {
    const given = 'z=1\norg.opencontainers.image.url=https://acme.example\na=2'
    expect(labels({ labels: given }).slice(-4)).toEqual([
      ['org.opencontainers.image.created', '2026-11-23T12:00:00Z'],
      ['z', '1'],
      ['org.opencontainers.image.url', 'https://acme.example'],
      ['a', '2'],
    ])
  })

  test('are only the user’s outside GitHub', () => {
    expect(labels({ labels: 'a=1' }, NO_RUN)).toEqual([['a', '1']])
  })

  test('have no time in them where the image is to be reproducible', () => {
    const keys = labels({ reproducible: 'true' }).map(([key]) => key)
    expect(keys).not.toContain('org.opencontainers.image.created')
    expect(keys).toHaveLength(4)
  })

  test('have a version where a tag is built', () => {
    const found = new Map(labels({}, { ...RUN, ref: 'refs/tags/v1.4.2' }))
    expect(found.get('org.opencontainers.image.version')).toBe('v1.4.2')
  })

  test('reach the executor', () => {
    expect(args({}, new Map([['a', 'b=c d']]))).toContain('--label=a=b=c d')
  })
})
