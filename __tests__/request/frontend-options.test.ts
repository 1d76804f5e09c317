import fc from 'fast-check'
import { type FrontendOptions, NO_FRONTEND_OPTIONS } from '../../src/request/frontend-options.ts'
import { readRequest } from '../../src/request/read-request.ts'
import type { InputName } from '../../src/request/inputs.generated.ts'
import { containing, type GivenInputs, problemsOf, requestOf } from './given.ts'

const BUILDKIT = { tags: 'ghcr.io/acme/app:1', builder: 'buildkit', 'allow-privileged': 'true' }
const frontend = (inputs: GivenInputs) => requestOf({ ...BUILDKIT, ...inputs }).frontend

const remote = (name: string, address: string) => ({ name, source: { kind: 'remote', address } as const })
const directory = (name: string, path: string) => ({ name, source: { kind: 'path', path } as const })
const provenance = (...attributes: readonly string[]) => ({ type: 'provenance', attributes }) as const
const sbom = (...attributes: readonly string[]) => ({ type: 'sbom', attributes }) as const

describe('BuildKit is asked for', () => {
  test.each<[string, GivenInputs, Partial<FrontendOptions>]>([
    ['nothing, unasked', {}, {}],
    [
      'contexts of every kind',
      {
        'build-contexts': [
          '# of the base',
          'alpine=docker-image://alpine:3.22@sha256:' + '0'.repeat(64),
          ' docs = ../docs ',
          'a.b/c:1=./x=y',
          'git=https://github.com/acme/app.git#v1:sub',
          'short=github.com/acme/app',
          'forge=https://github.com/acme/app',
          'slash=https://GitLab.com/acme/app/?ref=v1',
          'plain=HTTP://git.example:8080/acme/app.git/#v1:sub',
          'own=git://git.example/acme/app',
          'tar=https://files.example/a.tar.gz?X-Amz-Signature=1',
        ].join('\n'),
      },
      {
        contexts: [
          remote('alpine', 'docker-image://alpine:3.22@sha256:' + '0'.repeat(64)),
          directory('docs', '../docs'),
          directory('a.b/c:1', './x=y'),
          remote('git', 'https://github.com/acme/app.git#v1:sub'),
          remote('short', 'https://github.com/acme/app.git'),
          remote('forge', 'https://github.com/acme/app.git'),
          remote('slash', 'https://GitLab.com/acme/app.git?ref=v1'),
          remote('plain', 'http://git.example:8080/acme/app.git#v1:sub'),
          remote('own', 'git://git.example/acme/app'),
          remote('tar', 'https://files.example/a.tar.gz?X-Amz-Signature=1'),
        ],
      },
    ],
    [
      'keys, several of one id',
      { ssh: 'default=.ssh/id_ed25519\n deploy-2 = a/b , c=d ,' },
      {
        ssh: [
          { id: 'default', files: ['.ssh/id_ed25519'] },
          { id: 'deploy-2', files: ['a/b', 'c=d'] },
        ],
      },
    ],
    ['provenance', { provenance: 'true' }, { attestations: [provenance()] }],
    [
      'provenance in its own words, in quotes where there is a comma',
      { provenance: 'mode=max,"builder-id=https://ci.example/a,b"' },
      { attestations: [provenance('mode=max', 'builder-id=https://ci.example/a,b')] },
    ],
    [
      'an SBOM by another generator',
      { sbom: 'generator=ghcr.io/acme/scan:1' },
      { attestations: [sbom('generator=ghcr.io/acme/scan:1')] },
    ],
    [
      'both, as lines',
      { attests: 'type=sbom,generator=x\ntype=provenance,mode=min' },
      { attestations: [provenance('mode=min'), sbom('generator=x')] },
    ],
    [
      'the last line of several of a type',
      { attests: 'type=sbom,generator=x\ntype=sbom,generator=y' },
      { attestations: [sbom('generator=y')] },
    ],
    [
      'none where it is disabled',
      { attests: 'type=sbom,disabled=true\ntype=provenance,disabled=false' },
      { attestations: [provenance()] },
    ],
    [
      'what the input of its own says, before the lines',
      { attests: 'type=provenance,mode=min\ntype=sbom', provenance: 'mode=max', sbom: 'false' },
      { attestations: [provenance('mode=max')] },
    ],
    [
      'what the last line of a type says, also that there is none',
      { attests: 'type=sbom\ntype=provenance,disabled=true\ntype=provenance\ntype=sbom,disabled=TRUE' },
      { attestations: [provenance()] },
    ],
    ['none that is disabled', { provenance: 'disabled=true', sbom: 'generator=x,disabled=true' }, {}],
    [
      'none that an input of its own disables',
      { attests: 'type=provenance', provenance: 'mode=max,disabled=true', sbom: 'disabled=false' },
      { attestations: [sbom()] },
    ],
    ['neither', { provenance: 'false', sbom: 'false' }, {}],
    [
      'entitlements',
      { allow: 'network.host,security.insecure' },
      { entitlements: ['network.host', 'security.insecure'] },
    ],
    ['no network', { network: 'none' }, { network: 'none' }],
    [
      'the node’s network',
      { network: 'host', allow: 'network.host' },
      { network: 'host', entitlements: ['network.host'] },
    ],
    ['the usual network', { network: 'default' }, {}],
    ['stages built anew', { 'no-cache-filters': 'a, b\nc' }, { uncachedStages: ['a', 'b', 'c'] }],
    [
      'limits',
      { ulimit: 'nofile=1024:2048\ncore=-1,nproc=3' },
      { ulimits: ['nofile=1024:2048', 'core=-1', 'nproc=3'] },
    ],
    ['fresh base images', { pull: 'true' }, { pull: true }],
  ])('%s', (_, inputs, expected) => {
    expect(frontend(inputs)).toEqual({ ...NO_FRONTEND_OPTIONS, ...expected })
  })
})

test.each<[InputName, string, string]>([
  ['build-contexts', 'alpine', 'NAME=DIRECTORY'],
  ['build-contexts', '=x', 'NAME=DIRECTORY'],
  ['build-contexts', 'x=', 'NAME=DIRECTORY'],
  ['build-contexts', 'x=oci-layout://a', 'docker-image://'],
  ['build-contexts', 'x=s3://bucket/a', 'docker-image://'],
  ['build-contexts', 'a=x\nb=y\na=z', 'named twice'],
  ['build-contexts', 'alpine=x\ndocker.io/library/alpine:latest=y', 'named twice'],
  ['build-contexts', 'Docs=x', '(docs)'],
  ['build-contexts', 'alpine::linux/amd64=x', 'would never be used'],
  ['build-contexts', 'a b=x', 'would never be used'],
  ['build-contexts', 'x=docker-image:alpine', 'write docker-image://IMAGE'],
  ['build-contexts', 'x=docker-image://', 'docker-image://'],
  ['build-contexts', 'x=target:base', 'FROM or COPY --from'],
  ['build-contexts', 'x=oci-layout:a', 'docker-image://IMAGE'],
  ['build-contexts', 'x=git@github.com:acme/app.git', 'write https://HOST/OWNER/NAME.git'],
  ['build-contexts', 'x=ssh://git@github.com/acme/app.git', 'write https://HOST/OWNER/NAME.git'],
  ['build-contexts', 'x=https://git.example/acme/app#v1', 'write https://HOST/OWNER/NAME.git'],
  ['build-contexts', 'x=https://git.example/acme/app.git/a', 'write https://HOST/OWNER/NAME.git'],
  ['build-contexts', 'x=github.com/acme/app/tree/main', 'write https://HOST/OWNER/NAME.git'],
  ['ssh', 'default=a\ndeploy=b\ndefault=c', 'ID=PATH,PATH'],
  ['provenance', 'mode=max,disabled=yes', 'neither true nor false'],
  ['attests', 'type=sbom,disabled=', 'neither true nor false'],
  ['ssh', '=key', 'ID=PATH'],
  ['ssh', 'a b=key', 'ID=PATH'],
  ['ssh', 'a"\n=key', 'ID=PATH'],
  ['ssh', 'default', 'agent is out of the pod’s reach'],
  ['ssh', 'default= ,', 'agent is out of the pod’s reach'],
  ['provenance', 'max', 'key=value'],
  ['provenance', 'mode=max,"x', 'key=value'],
  ['sbom', 'yes', 'key=value'],
  ['attests', 'mode=max', 'type=provenance or type=sbom'],
  ['attests', 'type=slsa', 'type=provenance or type=sbom'],
  ['allow', 'device', 'one of network.host, security.insecure'],
  ['allow', 'network.host --addr=x', 'one of network.host, security.insecure'],
  ['network', 'bridge', 'one of default, none, host'],
  ['network', 'host', 'allow: network.host'],
  ['ulimit', 'nofile', 'NAME=SOFT'],
  ['ulimit', 'nofile=1:2:3', 'NAME=SOFT'],
  ['ulimit', '"nofile=1"', 'NAME=SOFT'],
  ['pull', 'always', 'neither true nor false'],
])('%s: %j is refused: %s', (input, value, problem) => {
  expect(problemsOf({ ...BUILDKIT, [input]: value })).toContainEqual(
    expect.objectContaining({ input, problem: containing(problem) }),
  )
})

test.each([
  ['alpine:latest', 'alpine'],
  ['docker.io/library/alpine', 'alpine'],
  ['index.docker.io/acme/app:1', 'acme/app:1'],
  ['ghcr.io/acme/app:latest', 'ghcr.io/acme/app'],
  [`alpine:latest@sha256:${'0'.repeat(64)}`, `alpine:latest@sha256:${'0'.repeat(64)}`],
  ['localhost:5000/x', 'localhost:5000/x'],
  ['base', 'base'],
])('a context in the place of %s is told as BuildKit looks it up: %s', (given, name) => {
  expect(frontend({ 'build-contexts': `${given}=./x` }).contexts).toEqual([directory(name, './x')])
})

test.each(['buildah', 'podman'] as const)('%s compares names as texts', (builder) => {
  const inputs: GivenInputs = { ...BUILDKIT, builder, 'build-contexts': 'alpine:latest=./x' }
  const read = readRequest((name) => inputs[name], {}, builder)
  expect(read).toMatchObject({ request: { frontend: { contexts: [directory('alpine:latest', './x')] } } })
})

test('every one of several lines is told', () => {
  expect(problemsOf({ ...BUILDKIT, allow: 'a,b', ulimit: 'c,d' }).map(({ value }) => value)).toEqual([
    'a',
    'b',
    'c',
    'd',
  ])
})

test('a password in an address is refused, and shown by no problem', () => {
  const scheme = fc.constantFrom('https', 'http', 'git', 'ssh', 'oci-layout', 'HTTPS', 's3')
  const path = fc.constantFrom('/a.git', '/a.tar.gz', '/a.git#main', '')
  fc.assert(
    fc.property(scheme, path, (name, rest) => {
      const problems = problemsOf({ ...BUILDKIT, 'build-contexts': `x=${name}://me:S3cret@h.example${rest}` })
      expect(problems).toEqual([{ input: 'build-contexts', problem: containing('GIT_AUTH_TOKEN') }])
    }),
  )
})

test('a digest is no password', () => {
  expect(frontend({ 'build-contexts': 'x=docker-image://h.example/a@sha256:0' }).contexts).toHaveLength(1)
})

test('the same inputs are refused, or ignored, where Kaniko builds', () => {
  const inputs = { tags: 'ghcr.io/acme/app:1', pull: 'true', allow: 'network.host', ulimit: 'nofile=1' }
  expect(requestOf(inputs).frontend).toEqual(NO_FRONTEND_OPTIONS)
  expect(problemsOf({ ...inputs, provenance: 'true', ssh: 'default=key' })).toEqual([
    expect.objectContaining({ input: 'ssh', problem: containing('builder: buildkit') }),
    expect.objectContaining({ input: 'provenance', problem: containing('builder: buildkit') }),
  ])
})
