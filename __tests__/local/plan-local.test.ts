import { planLocal } from '../../src/local/plan-local.ts'
import type { GivenInputs } from '../request/given.ts'
import { localGrounds, localPlanOf, type ToolName, TOOLS, typed } from './given.ts'

/** The command that builds. */
function buildOf(tool: ToolName, inputs: GivenInputs): string {
  return typed(localPlanOf(tool, inputs)).find((line) => / build /.test(line)) ?? ''
}

const ALL: readonly ToolName[] = ['docker', 'container', 'classic', 'buildah', 'podman', 'nerdctl']
const BUILDAH: readonly ToolName[] = ['buildah', 'podman']
/** Read as for a builder whose cache is one reference. */
const OF_BUILDKIT = { builder: 'buildkit' } as const

describe('the commands of a simple build', () => {
  test.each<[ToolName, readonly string[]]>([
    [
      'docker',
      [
        'docker buildx build --progress=rawjson --metadata-file=/tmp/own/metadata.json --file=/work/app/Dockerfile --no-cache --tag=r.example/app:1 --push /work/app',
      ],
    ],
    [
      'container',
      [
        'docker buildx build --progress=rawjson --metadata-file=/tmp/own/metadata.json --file=/work/app/Dockerfile --no-cache --provenance=false --output=type=image,name=r.example/app:1,push=true /work/app',
      ],
    ],
    [
      'classic',
      [
        'docker build --iidfile=/tmp/own/image-id --force-rm --file=/work/app/Dockerfile --no-cache --tag=r.example/app:1 /work/app',
        'docker push r.example/app:1',
      ],
    ],
    [
      'buildah',
      [
        'buildah build --iidfile=/tmp/own/image-id --force-rm --file=/work/app/Dockerfile --no-cache --layers=false --tag=localhost/hybrid-kubernetes-build-ab12c:latest /work/app',
        'buildah push --digestfile=/tmp/own/digest localhost/hybrid-kubernetes-build-ab12c:latest docker://r.example/app:1',
      ],
    ],
    [
      'podman',
      [
        'podman build --iidfile=/tmp/own/image-id --force-rm --file=/work/app/Dockerfile --no-cache --layers=false --tag=localhost/hybrid-kubernetes-build-ab12c:latest /work/app',
        'podman push --digestfile=/tmp/own/digest localhost/hybrid-kubernetes-build-ab12c:latest docker://r.example/app:1',
      ],
    ],
    [
      'nerdctl',
      [
        'nerdctl build --progress=plain --iidfile=/tmp/own/image-id --file=/work/app/Dockerfile --no-cache --tag=r.example/app:1 /work/app',
        'nerdctl push r.example/app:1',
      ],
    ],
  ])('%s', (tool, commands) => {
    expect(typed(localPlanOf(tool))).toEqual(commands)
  })
})

describe('an input becomes arguments of the build', () => {
  test.each<[string, GivenInputs, readonly ToolName[], readonly string[]]>([
    ['target', { target: 'app' }, ALL, ['--target=app']],
    ['platforms', { platforms: 'linux/arm64' }, ALL, ['--platform=linux/arm64']],
    ['build-args', { 'build-args': 'A=1\nB=x y' }, ALL, ['--build-arg=A=1', '--build-arg=B=x y']],
    ['labels', { labels: 'a=b' }, ALL, ['--label=a=b']],
    ['add-hosts', { 'add-hosts': 'db:10.0.0.5' }, ALL, ['--add-host=db:10.0.0.5']],
    ['network', { network: 'none' }, ALL, ['--network=none']],
    [
      'shm-size',
      { 'shm-size': '1g' },
      ['docker', 'container', 'classic', 'buildah'],
      ['--shm-size=1073741824'],
    ],
    [
      'ulimit',
      { ulimit: 'nofile=1024:2048' },
      ['docker', 'container', 'classic', 'buildah'],
      ['--ulimit=nofile=1024:2048'],
    ],
    ['pull', { pull: 'true' }, ['docker', 'container', 'classic', 'nerdctl'], ['--pull ']],
    ['pull', { pull: 'true' }, BUILDAH, ['--pull=always']],
    [
      'secrets',
      { secrets: 'token=hidden' },
      ['docker', 'container', 'buildah', 'podman', 'nerdctl'],
      ['--secret=id=token,src=/tmp/own/secrets/0'],
    ],
    [
      'ssh',
      { ssh: 'default=key' },
      ['docker', 'container', 'buildah', 'podman', 'nerdctl'],
      ['--ssh=default=/tmp/own/secrets/0'],
    ],
    [
      'build-contexts',
      { 'build-contexts': 'lib=./lib\nbase=docker-image://alpine:3' },
      ['docker', 'container', 'buildah', 'podman', 'nerdctl'],
      ['--build-context=lib=/work/lib', '--build-context=base=docker-image://alpine:3'],
    ],
    ['allow', { allow: 'network.host' }, ['docker', 'container', 'nerdctl'], ['--allow=network.host']],
    ['annotations', { annotations: 'a=b' }, ['container'], ['annotation.a=b']],
    ['annotations', { annotations: 'a=b' }, BUILDAH, ['--annotation=a=b']],
    ['image-format', { 'image-format': 'oci' }, ['container'], ['oci-mediatypes=true']],
    ['image-format', { 'image-format': 'docker' }, BUILDAH, ['--format=docker']],
    [
      'reproducible',
      { reproducible: 'true' },
      ['container'],
      ['--build-arg=SOURCE_DATE_EPOCH=0', 'rewrite-timestamp=true'],
    ],
    ['reproducible', { reproducible: 'true' }, BUILDAH, ['--timestamp=0']],
    [
      'compression',
      { compression: 'zstd', 'compression-level': '3' },
      ['container'],
      ['compression=zstd', 'compression-level=3'],
    ],
    ['provenance', { provenance: 'mode=max' }, ['container'], ['--attest=type=provenance,mode=max']],
    [
      'cache',
      { cache: 'true' },
      ['container', 'nerdctl'],
      [
        '--cache-from=type=registry,ref=r.example/app/cache:buildkit',
        '--cache-to=type=registry,ref=r.example/app/cache:buildkit,mode=max',
      ],
    ],
    [
      'cache',
      { cache: 'true' },
      ['docker'],
      ['--cache-from=type=registry,ref=r.example/app:1', '--cache-to=type=inline'],
    ],
    [
      'cache',
      { cache: 'true', 'cache-write': 'false' },
      BUILDAH,
      ['--layers --cache-from=r.example/app/cache --cache-ttl=86400s'],
    ],
    ['cache', { cache: 'true' }, BUILDAH, ['--cache-to=r.example/app/cache']],
    [
      'cache-from and cache-to, by their tags',
      {
        cache: 'true',
        'cache-from': 'r.example/app:main\nr.example/app:pr',
        'cache-to': 'type=registry,ref=r.example/app:pr',
        ...OF_BUILDKIT,
      },
      ['container', 'nerdctl'],
      [
        '--cache-from=type=registry,ref=r.example/app:pr --cache-from=type=registry,ref=r.example/app:main ',
        '--cache-to=type=registry,ref=r.example/app:pr,mode=max',
      ],
    ],
    [
      'cache-from and cache-to, by a tag beside the image, which docker’s own BuildKit only reads',
      { cache: 'true', 'cache-to': 'r.example/app:cache', ...OF_BUILDKIT },
      ['docker'],
      [
        '--cache-from=type=registry,ref=r.example/app:1 --cache-from=type=registry,ref=r.example/app:cache --cache-to=type=inline',
      ],
    ],
    [
      'cache-from alone, by its tag',
      { cache: 'true', 'cache-from': 'r.example/layers:main', ...OF_BUILDKIT },
      ['docker', 'container', 'nerdctl'],
      ['--cache-from=type=registry,ref=r.example/layers:main '],
    ],
    [
      'no-cache-filters',
      { cache: 'true', 'no-cache-filters': 'a,b' },
      ['docker', 'container'],
      ['--no-cache-filter=a,b'],
    ],
    [
      'context, of git',
      { context: 'https://github.com/acme/app.git#main:src' },
      ALL,
      ['https://github.com/acme/app.git#main:src'],
    ],
  ])('%s', (_, inputs, tools, expected) => {
    for (const tool of tools) {
      const more =
        inputs.context === undefined ? {} : { context: { kind: 'remote', dockerfile: 'Dockerfile' } as const }
      const plan = localPlanOf(tool, inputs, more)
      const line = `${typed(plan).find((one) => / build /.test(one)) ?? ''} `
      for (const part of expected) expect(line).toContain(part)
    }
  })
})

describe('several tags, no push, files', () => {
  const tags = 'r.example/app:1\nacme/app:2'

  test('buildah pushes each tag by its full name, and keeps the first one’s digest', () => {
    const [, first, second] = typed(localPlanOf('buildah', { tags }))
    expect(first).toContain('--digestfile=/tmp/own/digest')
    expect(second).toBe(
      'buildah push localhost/hybrid-kubernetes-build-ab12c:latest docker://docker.io/acme/app:2',
    )
  })

  test('without a push the image’s id is its digest', () => {
    expect(localPlanOf('buildah', { push: 'false' }).digest).toEqual({
      kind: 'file',
      path: '/tmp/own/image-id',
    })
    expect(localPlanOf('classic', { push: 'false' }).digest).toEqual({
      kind: 'file',
      path: '/tmp/own/image-id',
    })
    expect(typed(localPlanOf('buildah', { push: 'false' }))).toHaveLength(1)
  })

  test.each<[ToolName, string]>([
    ['docker', 'docker image save --output=PART r.example/app:1'],
    ['classic', 'docker image save --output=PART r.example/app:1'],
    ['buildah', 'docker-archive:PART:r.example/app:1'],
    ['nerdctl', 'nerdctl save --output=PART r.example/app:1'],
    ['container', '--output=type=docker,dest=PART,name=r.example/app:1 --output=type=image '],
  ])('a file by %s, under another name until all is well', (tool, expected) => {
    const plan = localPlanOf(tool, { push: 'false', outputs: 'type=docker,dest=out/a.tar' })
    const part = '/work/out/.hybrid-kubernetes-build-3bb2a8ca88bf.part'
    expect(typed(plan).join('\n')).toContain(expected.replace('PART', part))
    expect(plan.imageFiles).toEqual([
      { form: 'docker', path: '/work/out/a.tar', dest: 'out/a.tar', temporary: part },
    ])
  })

  test.each<[ToolName, boolean, readonly string[]]>([
    ['docker', false, ['r.example/app:1']],
    ['docker', true, []],
    ['container', false, []],
    ['classic', false, ['r.example/app:1']],
    ['buildah', false, ['localhost/hybrid-kubernetes-build-ab12c:latest']],
    ['buildah', true, ['localhost/hybrid-kubernetes-build-ab12c:latest']],
  ])(
    'the names that do not stay in the store of %s, where the image is kept: %s',
    (tool, keepsImage, names) => {
      expect(localPlanOf(tool, {}, { keepsImage }).passingTags).toEqual(names)
    },
  )
})

test('a tar file is unpacked first', () => {
  const context = { kind: 'tar', path: '/work/a.tar.gz', dockerfile: 'docker/Dockerfile' } as const
  const [unpack, build] = typed(localPlanOf('buildah', {}, { context }))
  expect(unpack).toBe('tar --extract --file=/work/a.tar.gz --directory=/tmp/own/context')
  expect(build).toContain('--file=/tmp/own/context/docker/Dockerfile')
  expect(build?.endsWith(' /tmp/own/context')).toBe(true)
})

test('inputs of the pod and of Kaniko are named in one note', () => {
  const { notes } = localPlanOf('buildah', { 'node-selector': 'a=b', 'snapshot-mode': 'redo' })
  expect(notes).toEqual([
    '`node-selector`, `snapshot-mode`: of the cluster, or of Kaniko; without meaning for a build on the runner.',
  ])
})

test('older buildx tells its progress as text', () => {
  const tool = { ...TOOLS.docker, buildx: { ...TOOLS.docker.buildx, version: '0.11.2' } }
  const plan = planLocal(localGrounds(tool))
  expect('failure' in plan ? '' : plan.log).toBe('plain')
  expect(buildOf('docker', {})).toContain('--progress=rawjson')
})

test('a token for a further context that is cloned is mounted by no RUN, and that is no matter for a note', () => {
  const plan = localPlanOf('container', {
    'build-contexts': 'lib=https://github.com/acme/lib.git',
    secrets: 'GIT_AUTH_TOKEN=hidden',
  })
  expect(plan.notes).toEqual([])
})
