import fc from 'fast-check'

import { shownInputs } from '../../src/report/shown-inputs.ts'
import { INPUT_DEFAULTS } from '../../src/request/inputs.generated.ts'

const shown = (name: string, value: string): string | undefined =>
  shownInputs(new Map([[name, value]]), INPUT_DEFAULTS)[0]?.shown

describe('an input is shown', () => {
  test.each([
    ['context', 'services/app', 'services/app'],
    ['tags', 'example.com/keycloak:1\n# later\nexample.com/a:2', 'example.com/keycloak:1 · example.com/a:2'],
    ['build-args', 'NODE_ENV=production\nVERSION=1.2=3', 'NODE_ENV=production · VERSION=1.2=3'],
    ['build-args', 'EMPTY=', 'EMPTY='],
    ['isolate-credentials', 'true', 'true'],
    ['labels', 'org.opencontainers.image.authors=Ann', 'org.opencontainers.image.authors=Ann'],
    ['context', 'https://ann:pa55@git.example.com/a.git', 'https://…@git.example.com/a.git'],
    ['context', 'https://store.example/a.tar.gz?sv=1&sig=abc', 'https://store.example/a.tar.gz?…'],
    ['build-args', 'PROXY=http://ann:pa55@proxy:3128', 'PROXY=http://…@proxy:3128'],
    ['kaniko-args', '--use-new-run\n--build-arg=NPM_TOKEN=abc', '--use-new-run · --build-arg=NPM_TOKEN=…'],
    ['target', 'x'.repeat(300), `${'x'.repeat(200)} …`],
    ['build-args', `A=${'x'.repeat(100)}`, `A=${'x'.repeat(60)} …`],
  ])('%s %j as %s', (name, value, expected) => {
    expect(shown(name, value)).toBe(expected)
  })

  test.each([
    ['kubeconfig', 'apiVersion: v1'],
    ['registries', '- registry: ghcr.io\n  username: ann\n  password: abc'],
    ['registry-secret', 'pull'],
    ['pod-template', 'spec: {}'],
    ['a-later-token', 'abc'],
    ['target', `ghp_${'a'.repeat(36)}`],
    ['target', '-----BEGIN PRIVATE KEY-----'],
    ['build-args', 'KEY=-----BEGIN\nMIIEvQIBADANBgkq\nhkiG9w0=\n-----END'],
    ['secrets', 'key=-----BEGIN\naGVsbG8='],
    ['secrets', 'key=a\naGVsbG8=='],
  ])('%s %j as given and no more', (name, value) => {
    expect(shownInputs(new Map([[name, value]]), INPUT_DEFAULTS)).toEqual([{ name, shown: undefined }])
  })

  test('not at all if it is the token that every workflow has', () => {
    expect(shownInputs(new Map([['github-token', 'abc']]), INPUT_DEFAULTS)).toEqual([])
  })

  test.each([
    'NPM_TOKEN',
    'DB_PASSWORD',
    'PASSWD',
    'API_KEY',
    'apikey',
    'CLIENT_SECRET',
    'AWS_CREDENTIALS',
    'GH_PAT',
    'DATABASE_DSN',
    'BASIC_AUTH',
  ])('without its value if it is the build-arg %s', (name) =>
    expect(shown('build-args', `${name}=abc`)).toBe(`${name}=…`),
  )

  test.each(['AUTHOR', 'PATH_PREFIX', 'PLATFORM', 'GIT_SHA'])(
    'with its value if it is the build-arg %s',
    (name) => expect(shown('build-args', `${name}=abc`)).toBe(`${name}=abc`),
  )
})

test('what is not given, or is the default, is not shown', () => {
  const given = new Map([
    ['push', 'true'],
    ['cache-ttl', ' 24h '],
    ['target', ''],
    ['timeout', '5m'],
  ])
  expect(shownInputs(given, INPUT_DEFAULTS)).toEqual([{ name: 'timeout', shown: '5m' }])
})

test.each(['secrets', 'secret-files', 'secret-envs'])('of %s there are names and never a value', (input) => {
  expect(shown(input, 'npm=hunter2\nmaven=hunter3')).toBe('npm · maven')
  const name = fc.stringMatching(/^[a-z]{1,5}$/)
  const value = fc.stringMatching(/^[A-Z0-9/+]{9,40}={0,2}$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 4 }), (pairs) => {
      const text = pairs.map(([key, secret]) => `${key}=${secret}`).join('\n')
      for (const [, secret] of pairs) expect(shown(input, text) ?? '').not.toContain(secret)
    }),
  )
})
