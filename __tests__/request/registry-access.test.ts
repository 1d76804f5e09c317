import fc from 'fast-check'
import { parsed } from '../../src/request/parsed.ts'
import { parseRegistryCertificates } from '../../src/request/registry-certificates.ts'
import { parseRegistryCredentials } from '../../src/request/registry-credentials.ts'
import { readRequest } from '../../src/request/read-request.ts'
import { registryNamed } from '../../src/request/registry-host.ts'
import { containing, problemsOf, requestOf } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB+/abc==\nQUJD\n-----END CERTIFICATE-----'
const problem = (text: string) => ({ kind: 'problems', problems: [{ problem: containing(text) }] })

describe('the name of a registry', () => {
  test.each([
    'docker.io',
    'index.docker.io',
    'registry-1.docker.io',
    'hub.docker.com',
    'registry.hub.docker.com',
    'https://index.docker.io/v1/',
    'https://registry-1.docker.io/v2/',
    'https://hub.docker.com/',
    'HTTPS://Docker.IO',
  ])('%s is Docker Hub', (text) => {
    expect(registryNamed(text)).toBe('docker.io')
  })

  test.each([
    ['ghcr.io', 'ghcr.io'],
    ['GHCR.io', 'ghcr.io'],
    ['http://registry:5000', 'registry:5000'],
    ['https://registry.example/v2/', 'registry.example'],
    ['localhost:5000', 'localhost:5000'],
    ['[::1]:5000', '[::1]:5000'],
  ])('%s is %s', (text, expected) => {
    expect(registryNamed(text)).toBe(expected)
  })

  test.each([
    '',
    'ghcr.io/acme',
    'https://index.docker.io/v1/access-token',
    'bob:secret@ghcr.io',
    'a b',
    'ghcr.io:99999',
  ])('%j is none', (text) => {
    expect(registryNamed(text)).toBeUndefined()
  })
})

describe('credentials', () => {
  const bob = { registry: 'ghcr.io', username: 'bob', password: 'S3cret' }

  test.each([
    ['- registry: ghcr.io\n  username: bob\n  password: S3cret', [bob]],
    ['- {registry: https://ghcr.io/, username: bob, password: "S3cret"}', [bob]],
    ['[{"registry":"ghcr.io","username":"bob","password":"S3cret"}]', [bob]],
    ['- {registry: ghcr.io, username: bob, password: 01234567}', [{ ...bob, password: '01234567' }]],
    ['- {registry: ghcr.io, username: bob, password: true}', [{ ...bob, password: 'true' }]],
    [
      '- registry: ghcr.io\n  username: bob\n  password: "a #b: \\"c\\" \\u00e9"',
      [{ ...bob, password: 'a #b: "c" é' }],
    ],
    ['- registry: ghcr.io\n  username: bob\n  password: a#b', [{ ...bob, password: 'a#b' }]],
    [
      '- registry: ghcr.io\n  username: _json_key\n  password: "{\\n \\"a\\": 1}"',
      [{ registry: 'ghcr.io', username: '_json_key', password: '{\n "a": 1}' }],
    ],
    ['- {registry: hub.docker.com, username: bob, password: S3cret}', [{ ...bob, registry: 'docker.io' }]],
    ['# none', []],
    ['[]', []],
  ])('%j are read', (text, expected) => {
    expect(parseRegistryCredentials(text)).toEqual(parsed(expected))
  })

  test.each([
    ['ghcr.io: S3cret', 'not a YAML list'],
    ['S3cret', 'not a YAML list'],
    ['- S3cret', 'entry 1 is no mapping'],
    ['- {registry: ghcr.io, username: S3cret', 'not YAML (line'],
    ['- {registry: ghcr.io, username: bob, password: *S3cret}', 'not YAML (line 1)'],
    ['- {registry: ghcr.io, username: bob, password: !S3cret x}', 'not YAML (line 1)'],
    [
      '- {registry: ghcr.io, username: bob, password: ""}',
      'entry 1 (ghcr.io): the password is missing or empty. If it comes from a secret',
    ],
    ['- {registry: ghcr.io, username: bob}', 'the password is missing'],
    ['- {registry: ghcr.io, password: S3cret}', 'entry 1 (ghcr.io): the user name is missing'],
    ['- {registry: ghcr.io, username: "bob:S3cret", password: S3cret}', 'no ":" in it'],
    ['- {registry: ghcr.io, username: "bob\\n::S3cret", password: S3cret}', 'no ":" in it'],
    ['- {registry: ghcr.io, username: "bob\\nS3cret", password: S3cret}', 'control characters'],
    ['- {username: bob, password: S3cret}', 'entry 1: the registry is missing'],
    [
      '- {registry: ghcr.io/acme, username: bob, password: S3cret}',
      'the registry is not host[:port] (ghcr.io)',
    ],
    [
      '- {registry: "bob:S3cret@ghcr.io", username: bob, password: S3cret}',
      'the registry is not host[:port]',
    ],
    ['- {registry: ghcr.io, username: bob, password: [S3cret]}', 'the password is missing'],
    [
      '- {registry: ghcr.io, username: bob, password: S3cret, S3cret: x}',
      'entry 1 (ghcr.io) has something else',
    ],
    ['- registry: ghcr.io\n  username: bob\n  password: S3cret #5', 'line 3: a "#" after a blank'],
    [
      '- {registry: docker.io, username: a, password: S3cret}\n- {registry: index.docker.io, username: b, password: S3cret}',
      'docker.io is given twice',
    ],
  ])('%j are refused: %s', (text, expected) => {
    const result = parseRegistryCredentials(text)
    expect(result).toEqual(problem(expected))
    expect(JSON.stringify(result)).not.toContain('S3cret')
  })

  test('are told with all that is wrong, whatever is wrong before', () => {
    const inputs = { ...TAGS, tags: 'A:1', registries: '- {registry: a/b}\n- {username: c}' }
    const problems = problemsOf(inputs)
    expect(problems.filter(({ input }) => input === 'registries')).toHaveLength(5)
    expect(problems.filter(({ input }) => input === 'tags')).toHaveLength(1)
  })

  test('of any text arrive as they are in quotes, and are never quoted in a problem', () => {
    const password = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(password, (text) => {
        const registries = `- {registry: ghcr.io, username: bob, password: ${JSON.stringify(text)}}`
        const read = parseRegistryCredentials(registries)
        if (read.kind === 'value') expect(read.value).toEqual([{ ...bob, password: text }])
        // YAML has no half characters.
        else expect(/[\ud800-\udfff\ufffe\uffff\u0080-\u009f\u007f]/.test(text)).toBe(true)
      }),
    )
  })

  test('do not get into a problem, however broken they are written', () => {
    const secret = 'Zq9secretZq9'
    const around = fc.array(
      fc.constantFrom(
        secret,
        '- ',
        '{',
        '}',
        '[',
        ']',
        'registry: ',
        'password: ',
        'username: ',
        'ghcr.io',
        '\n',
        ' ',
        '#',
        '"',
        "'",
        '*',
        '&',
        '!',
        '|',
        ':',
        ',',
        '/',
        '@',
        '%',
      ),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(around, (parts) => {
        const problems = problemsOf({ ...TAGS, registries: parts.join('') })
        expect(JSON.stringify(problems)).not.toContain(secret)
      }),
      { numRuns: 500 },
    )
  })
})

describe('certificates', () => {
  test('are files or PEMs, each with its line breaks', () => {
    const text = `# ours\nregistry:5000=certs/ca.pem\nharbor.example=${PEM}\n${PEM}\n\nhub.docker.com = other.pem`
    expect(parseRegistryCertificates(text)).toEqual(
      parsed(
        new Map<string, unknown>([
          ['registry:5000', { kind: 'file', path: 'certs/ca.pem' }],
          ['harbor.example', { kind: 'pem', pem: `${PEM}\n${PEM}\n` }],
          ['docker.io', { kind: 'file', path: 'other.pem' }],
        ]),
      ),
    )
  })

  test('may have the line ends of another system', () => {
    expect(parseRegistryCertificates(`a:1=${PEM.replaceAll('\n', '\r\n')}\r\nb:1=x`)).toEqual(
      parsed(
        new Map<string, unknown>([
          ['a:1', { kind: 'pem', pem: `${PEM}\n` }],
          ['b:1', { kind: 'file', path: 'x' }],
        ]),
      ),
    )
  })

  test.each([
    ['registry.example', 'line 1 has no "="'],
    [PEM, 'line 1 has no "="'],
    ['a/b=c', 'line 1 has no host[:port]'],
    ['# a\nregistry.example=', 'line 2 has nothing after "=" (registry.example)'],
    [`a=${PEM.replaceAll('\n', ' ').replace('-----END', '')}`, 'holds no whole certificate (a)'],
    ['a=-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----', 'holds a private key (a)'],
  ])('%j are refused: %s', (text, expected) => {
    const result = parseRegistryCertificates(text)
    expect(result.kind === 'problems' && result.problems).toContainEqual({ problem: containing(expected) })
  })
})

describe('objects of a namespace', () => {
  test.each(['registry-secret', 'service-account'] as const)('%s needs one', (input) => {
    expect(problemsOf({ ...TAGS, [input]: 'mine' })).toEqual([
      { input, value: 'mine', problem: containing('`namespace` is needed') },
    ])
    expect(problemsOf({ ...TAGS, [input]: 'mine', namespace: 'builds' })).toEqual([])
    expect(problemsOf({ ...TAGS, [input]: 'mine', namespace: 'A' }).map((one) => one.input)).toEqual([
      'namespace',
    ])
    expect(problemsOf({ ...TAGS, [input]: 'My', namespace: 'builds' })).toEqual([
      { input, value: 'My', problem: containing('not the name of an object') },
    ])
  })

  test('may be named by the environment’s namespace', () => {
    const inputs = { ...TAGS, 'registry-secret': 'a.b' }
    expect(requestOf(inputs, { KUBE_NAMESPACE: 'builds' }).registryAccess.secret).toBe('a.b')
  })
})

describe('credentials that are kept apart', () => {
  const ghcr = (more: string) => `- {registry: ghcr.io, username: bob, password: S3cret${more}}`
  const two = `${ghcr('')}\n${ghcr(', for: build')}`

  test('may be two of one registry, one of them for the build', () => {
    expect(requestOf({ ...TAGS, registries: two }).registryAccess.credentials).toEqual([
      { registry: 'ghcr.io', username: 'bob', password: 'S3cret' },
      { registry: 'ghcr.io', username: 'bob', password: 'S3cret', purpose: 'build' },
    ])
  })

  test.each<readonly [string, string, Readonly<Record<string, string>>]>([
    ['is for something else', 'ghcr.io', { registries: ghcr(', for: reading') }],
    ['are two for the same', 'given twice', { registries: `${ghcr('')}\n${ghcr(', for: push')}` }],
    ['are not to be', 'has two users', { registries: two, 'isolate-credentials': 'false' }],
    [
      'nobody can keep apart',
      'has two users',
      { registries: two, builder: 'buildkit', 'allow-privileged': 'true' },
    ],
  ])('are refused where one %s', (_, problem, more) => {
    expect(problemsOf({ ...TAGS, ...more })).toEqual([
      { input: 'registries', problem: expect.stringContaining(problem) as unknown },
    ])
  })

  test.each(['docker', 'buildah', 'podman', 'nerdctl'] as const)(
    'are for builders in the cluster, and never for %s',
    (builder) => {
      const inputs: Readonly<Record<string, string>> = { ...TAGS, 'isolate-credentials': 'true' }
      expect(readRequest((name) => inputs[name], {}, builder)).toMatchObject({
        kind: 'problems',
        problems: [{ input: 'isolate-credentials', problem: containing('builders in the cluster') }],
      })
    },
  )

  test('are for builds, and not for templates', () => {
    expect(problemsOf({ ...TAGS, mode: 'template', 'isolate-credentials': 'true' })).toEqual([
      { input: 'isolate-credentials', value: 'true', problem: containing('template') },
    ])
  })
})
