import fc from 'fast-check'
import {
  parseDockerConfig,
  parseHelperAnswer,
  passwordEntry,
  printDockerConfig,
  userOf,
} from '../../src/plan/docker-config.ts'
import { secretForms } from '../../src/plan/secret-forms.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('a Docker config', () => {
  test('is read with all that Docker keeps, by registry', () => {
    const config = parseDockerConfig(
      JSON.stringify({
        auths: {
          'https://index.docker.io/v1/': { auth: 'YTpi' },
          'ghcr.io': { auth: 'Yzpk', email: 'x@y' },
          'https://old.example/v2/': { username: 'u', password: 'p' },
          'acr.example': { auth: base64('<token>:'), identitytoken: 'it' },
          'bearer.example:5000': { registrytoken: 'rt' },
          'empty.example': {},
          'odd.example': { auth: 5 },
          'ghcr.io/acme': { auth: 'WDpZ' },
        },
        credHelpers: { 'aws.example': 'ecr-login', 'x.example': 7 },
        credsStore: 'desktop',
        HttpHeaders: {},
      }),
    )
    expect(config).toEqual({
      entries: new Map<string, unknown>([
        ['docker.io', { auth: 'YTpi' }],
        ['ghcr.io', { auth: 'Yzpk' }],
        ['old.example', { username: 'u', password: 'p' }],
        ['acr.example', { auth: base64('<token>:'), identitytoken: 'it' }],
        ['bearer.example:5000', { registrytoken: 'rt' }],
      ]),
      helpers: new Map([['aws.example', 'ecr-login']]),
      store: 'desktop',
    })
  })

  test.each([
    ['docker.io', 'https://index.docker.io/v1/'],
    ['https://index.docker.io/v1/', 'registry-1.docker.io'],
  ])('of %s and %s takes the key that Docker itself writes', (...keys) => {
    const auths = Object.fromEntries(
      keys.map((key) => [key, { auth: key.startsWith('https') ? 'YTpi' : 'other' }]),
    )
    expect(parseDockerConfig(JSON.stringify({ auths }))?.entries).toEqual(
      new Map([['docker.io', { auth: 'YTpi' }]]),
    )
  })

  test.each(['', 'x', '[]', 'null', '"a"'])('%j is none', (text) => {
    expect(parseDockerConfig(text)).toBeUndefined()
  })

  test.each(['{}', '{"auths": null}', '{"auths": []}', '{"auths": {"a": null}}', '{"credsStore": ""}'])(
    '%s is an empty one',
    (text) => {
      expect(parseDockerConfig(text)).toEqual({ entries: new Map(), helpers: new Map(), store: undefined })
    },
  )

  test('is written with the key under which Kaniko looks for Docker Hub', () => {
    const written = printDockerConfig(new Map([['docker.io', { auth: 'YTpi' }]]))
    expect(JSON.parse(written)).toEqual({ auths: { 'https://index.docker.io/v1/': { auth: 'YTpi' } } })
  })

  test('keeps any name and password, and is nothing else than that', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(text, text, (username, password) => {
        const written = printDockerConfig(new Map([['ghcr.io', passwordEntry(username, password)]]))
        expect(JSON.parse(written)).toEqual({
          auths: { 'ghcr.io': { auth: base64(`${username}:${password}`) } },
        })
      }),
    )
  })
})

describe('the answer of a credential helper', () => {
  test.each([
    ['{"ServerURL":"x","Username":"AWS","Secret":"s"}', { auth: base64('AWS:s') }],
    ['{"Username":"<token>","Secret":"it"}', { identitytoken: 'it' }],
    ['{"Username":"AWS","Secret":""}', undefined],
    ['{"Username":"AWS"}', undefined],
    ['nonsense', undefined],
  ])('%s', (text, expected) => {
    expect(parseHelperAnswer(text)).toEqual(expected)
  })
})

describe('the user of an entry', () => {
  test.each([
    [passwordEntry('bob', 'x'), 'bob'],
    [{ username: 'bob', password: 'x' }, 'bob'],
    [{ auth: base64('<token>:'), identitytoken: 'x' }, undefined],
    [{ registrytoken: 'x' }, undefined],
    [passwordEntry('a\n::error::b', 'x'), undefined],
  ])('of %j is %j', (entry, expected) => {
    expect(userOf(entry)).toBe(expected)
  })
})

describe('what is masked', () => {
  const forms = (username: string, password: string) =>
    secretForms(printDockerConfig(new Map([['ghcr.io', passwordEntry(username, password)]])))

  test('is the password in every form, with the name before it, and the config itself', () => {
    const config = printDockerConfig(new Map([['ghcr.io', passwordEntry('bob', 'pass"w/rd')]]))
    expect(forms('bob', 'pass"w/rd')).toEqual([
      base64('bob:pass"w/rd'),
      'pass"w/rd',
      base64('pass"w/rd'),
      'pass\\"w/rd',
      'pass%22w%2Frd',
      config,
      base64(config),
    ])
  })

  test('are tokens too, and passwords that are not encoded', () => {
    const config = JSON.stringify({
      auths: {
        a: { identitytoken: 'identity-token' },
        b: { registrytoken: 'registry-token' },
        c: { username: 'bob', password: 'some-password' },
      },
    })
    expect(secretForms(config)).toEqual(
      expect.arrayContaining([
        'identity-token',
        'registry-token',
        'some-password',
        base64('bob:some-password'),
      ]),
    )
  })

  test('is never a user name, and nothing that is short', () => {
    const found = forms('a-long-user-name', 'short')
    expect(found).not.toContain('a-long-user-name')
    expect(found).not.toContain('short')
  })

  test('is one line each, however many the password has', () => {
    const found = forms('_json_key', '{\n  "private_key": "abc"\n}')
    expect(found).toContain('"private_key": "abc"')
    expect(found.filter((form) => form.length < 8 || /[\r\n]/.test(form))).toEqual([])
  })

  test('covers any password of eight characters', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.string({ minLength: 8 }),
        (name, password) => {
          const line = password.trim()
          if (line.length >= 8) expect(forms(name.replaceAll(':', ''), password)).toContain(line)
        },
      ),
    )
  })
})
