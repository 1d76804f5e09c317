import { parseAttributes } from '../../src/request/attributes.ts'
import { deriveHelperImage } from '../../src/request/helper-image.ts'
import { containing, type GivenInputs, problemsOf, requestOf } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }
const HELPER = 'ghcr.io/osscontainertools/kaniko:v1.28.3-debug'

const filesOf = (outputs: string, more: GivenInputs = {}) =>
  requestOf({ ...TAGS, outputs, ...more }).imageFiles

describe('an image as a file', () => {
  test.each([
    ['type=docker,dest=image.tar', [{ form: 'docker', dest: 'image.tar' }]],
    ['type=tar,dest=out/image.tar', [{ form: 'docker', dest: 'out/image.tar' }]],
    ['type=oci,dest=/tmp/image.tar', [{ form: 'oci', dest: '/tmp/image.tar' }]],
    ['dest=image.tar, type=oci', [{ form: 'oci', dest: 'image.tar' }]],
    ['TYPE=docker,DEST=a b=c.tar', [{ form: 'docker', dest: 'a b=c.tar' }]],
    ['type=docker,"dest=a,b.tar"', [{ form: 'docker', dest: 'a,b.tar' }]],
    ['type=docker,dest=a,tar=true,name=ghcr.io/acme/app:1', [{ form: 'docker', dest: 'a' }]],
    [
      '# both\ntype=docker,dest=a\n\ntype=oci,dest=b',
      [
        { form: 'docker', dest: 'a' },
        { form: 'oci', dest: 'b' },
      ],
    ],
  ])('%s', (outputs, files) => {
    expect(filesOf(outputs)).toEqual({ files, loads: false, helperImage: HELPER })
  })

  test.each([
    ['type=registry', 'true'],
    ['type=image', 'true'],
    ['type=image', 'false'],
    ['type=image,push=true', 'true'],
    ['type=image,push=false', 'false'],
    ['type=image,name=ghcr.io/acme/app:1,push=true', 'true'],
    ['type=registry,"name=ghcr.io/acme/app:1"', 'true'],
  ])('%s with push: %s changes nothing', (outputs, push) => {
    expect(requestOf({ ...TAGS, outputs, push })).toEqual(requestOf({ ...TAGS, push }))
  })

  test('has no name of the user’s without tags, and that is said', () => {
    const { notices } = requestOf({ push: 'false', cache: 'false', outputs: 'type=docker,dest=a' })
    expect(notices).toEqual([containing('unset-repo/unset-image-name:latest')])
    expect(requestOf({ push: 'false', cache: 'false', outputs: 'type=oci,dest=a' }).notices).toEqual([])
    const buildkit = { builder: 'buildkit', 'allow-privileged': 'true' }
    const told = requestOf({
      push: 'false',
      cache: 'false',
      outputs: 'type=docker,dest=a',
      ...buildkit,
    }).notices
    expect(told).toEqual([containing('has no name; docker load tells its id')])
    expect(told.join('')).not.toContain('Kaniko')
  })
})

describe('outputs are refused', () => {
  test.each<[string, string, GivenInputs?]>([
    ['image.tar', 'not key=value'],
    ['-', 'not key=value'],
    ['type=docker,"dest=a', 'not key=value'],
    ['dest=image.tar', 'has no type'],
    ['type=local,dest=out', 'unpack that'],
    ['type=cacheonly', 'set push: false'],
    ['type=zip,dest=a', 'not a type'],
    ['type=constructor,dest=a', 'not a type'],
    ['type=docker', 'docker load --input image.tar'],
    ['type=oci', 'add dest=image.tar'],
    ['type=oci,dest=', 'write dest=image.tar'],
    ['type=oci,dest=-', 'is the log'],
    ['type=oci,dest=out/', 'names a folder'],
    ['type=oci,dest=a,tar=false', 'only a tar'],
    ['type=oci,dest=a,compression=zstd', '`compression`'],
    ['type=oci,dest=a,force-compression=true', '`compression`'],
    ['type=oci,dest=a,compression-level=3', '`compression-level`'],
    ['type=docker,dest=a,oci-mediatypes=true', '`image-format`'],
    ['type=docker,dest=a,annotation.a=b', '`annotations`'],
    ['type=docker,dest=a,annotation-manifest-descriptor[linux/amd64].a=b', '`annotations`'],
    ['type=docker,dest=a,rewrite-timestamp=true', '`reproducible`'],
    ['type=docker,dest=a,name=acme/other', 'named in `tags`'],
    ['type=docker,dest=a,context=remote', 'docker load'],
    ['type=docker,dest=a,toString=1', 'not known here'],
    ['type=image,push-by-digest=true', 'imagetools create'],
    ['type=image,name-canonical=true', 'push-by-digest'],
    ['type=image,name=ghcr.io/acme/app', 'named in `tags`'],
    ['type=image,push=yes', 'neither true nor false'],
    ['type=image,push=false', 'set push: false'],
    ['type=image,push=true', 'set push: true', { push: 'false' }],
    ['type=registry', 'set push: true', { push: 'false' }],
    ['type=registry,dest=a', 'on a line of its own'],
    ['type=registry,registry.insecure=true', '`insecure-registries`'],
    ['type=docker,dest=a\ntype=tar,dest=b', 'a second one of the same kind'],
    ['type=docker,dest=a\ntype=oci,dest=a', 'the same file'],
    ['type=docker,dest=x/a\ntype=oci,dest=./x//a', 'the same file'],
    ['type=docker,dest=a', 'use type=oci', { 'image-format': 'oci' }],
    ['type=tar,dest=a', 'use type=oci', { compression: 'zstd' }],
  ])('%s: %s', (outputs, problem, more = {}) => {
    expect(problemsOf({ ...TAGS, outputs, ...more })).toEqual([
      expect.objectContaining({ input: 'outputs', problem: containing(problem) }),
    ])
  })

  test('for all that is wrong with them, together with what is wrong elsewhere', () => {
    const problems = problemsOf({
      ...TAGS,
      outputs: 'type=oci,dest=-,compression=zstd\ntype=local,dest=x',
      timeout: 'soon',
    })
    expect(problems.map(({ input }) => input).sort()).toEqual(['outputs', 'outputs', 'outputs', 'timeout'])
  })

  test('nothing speaks against an OCI layout in the OCI’s format', () => {
    expect(problemsOf({ ...TAGS, outputs: 'type=oci,dest=a', compression: 'zstd' })).toEqual([])
  })
})

describe('the helper image', () => {
  test.each([
    ['ghcr.io/osscontainertools/kaniko:v1.28.3', HELPER],
    ['localhost:5000/kaniko:v1', 'localhost:5000/kaniko:v1-debug'],
    ['kaniko:v1-slim', 'kaniko:v1-debug'],
    ['kaniko:latest', 'kaniko:debug'],
    ['kaniko:debug', 'kaniko:debug'],
    ['kaniko:v1-debug', 'kaniko:v1-debug'],
    ['kaniko', undefined],
    ['localhost:5000/kaniko', undefined],
    [`kaniko:v1@sha256:${'a'.repeat(64)}`, undefined],
    [`kaniko@sha256:${'a'.repeat(64)}`, undefined],
  ])('of %s is %s', (executor, helper) => {
    expect(deriveHelperImage(executor)).toBe(helper)
  })

  test('is needed where it cannot be told, and only for files', () => {
    const executor = `kaniko@sha256:${'a'.repeat(64)}`
    const outputs = 'type=docker,dest=a'
    expect(problemsOf({ ...TAGS, executor, outputs })).toEqual([
      { input: 'helper-image', problem: containing('is needed by `outputs`') },
    ])
    expect(problemsOf({ ...TAGS, executor })).toEqual([])
    expect(filesOf(outputs, { executor, 'helper-image': 'busybox' })?.helperImage).toBe('busybox')
    expect(requestOf({ ...TAGS, 'helper-image': 'busybox' })).toEqual(requestOf(TAGS))
  })

  test('is an image’s name', () => {
    expect(problemsOf({ ...TAGS, 'helper-image': 'Busy Box' })).toEqual([
      expect.objectContaining({ input: 'helper-image', value: 'Busy Box' }),
    ])
  })
})

test.each([
  ['a=b', [['a', 'b']]],
  [
    'a=b,c=d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    '"a=""b"",c",d=',
    [
      ['a', '"b",c'],
      ['d', ''],
    ],
  ],
  ['a', undefined],
  ['=a', undefined],
  ['a=b,,c=d', undefined],
  ['"a=b"x', undefined],
])('attributes of %s', (line, expected) => {
  expect(parseAttributes(line)?.map(({ name, value }) => [name, value])).toEqual(expected)
})
