import fc from 'fast-check'
import {
  imageName,
  type ImageReference,
  parseImageReference,
  parseImageRepository,
  printImageReference,
} from '../../src/request/image-reference.ts'
import { containing } from './given.ts'

const SHA256 = `sha256:${'a1'.repeat(32)}`
const long = (length: number) => 'a'.repeat(length)

function reference(text: string): ImageReference {
  const result = parseImageReference(text)
  if (result.kind === 'problems') throw new Error(JSON.stringify(result.problems))
  return result.value
}

function problem(text: string): string {
  const result = parseImageReference(text)
  if (result.kind === 'value') throw new Error(`was read as ${JSON.stringify(result.value)}`)
  return result.problems.map((one) => one.problem).join('; ')
}

describe('parseImageReference', () => {
  test.each<[string, string, string, string | undefined]>([
    ['app', 'docker.io', 'library/app', undefined],
    ['app:1', 'docker.io', 'library/app', '1'],
    ['acme/app:1', 'docker.io', 'acme/app', '1'],
    ['docker.io/app:1', 'docker.io', 'library/app', '1'],
    ['docker.io/acme/app:1', 'docker.io', 'acme/app', '1'],
    ['index.docker.io/acme/app:1', 'docker.io', 'acme/app', '1'],
    ['ghcr.io/acme/team/app:v1.2.3', 'ghcr.io', 'acme/team/app', 'v1.2.3'],
    ['registry:5000/app', 'registry:5000', 'app', undefined],
    ['registry:5000/app:2', 'registry:5000', 'app', '2'],
    ['localhost/app:1', 'localhost', 'app', '1'],
    ['localhost:5000/app:1', 'localhost:5000', 'app', '1'],
    ['10.244.0.1:5000/acme/app:1', '10.244.0.1:5000', 'acme/app', '1'],
    ['[::1]:5000/app:1', '[::1]:5000', 'app', '1'],
    ['[fe80:0:0:0:0:0:0:1]/app:1', '[fe80:0:0:0:0:0:0:1]', 'app', '1'],
    ['Registry.Example.COM/app:1', 'Registry.Example.COM', 'app', '1'],
    ['ghcr.io/acme/my_app--x.y__z:_-.', 'ghcr.io', 'acme/my_app--x.y__z', '_-.'],
    [`ghcr.io/acme/app:${long(128)}`, 'ghcr.io', 'acme/app', long(128)],
    [`ghcr.io/${long(255)}:1`, 'ghcr.io', long(255), '1'],
  ])('%s is on %s, %s', (text, registry, repository, tag) => {
    expect(reference(text)).toEqual({ registry, repository, ...(tag === undefined ? {} : { tag }) })
  })

  test('a digest is read with and without a tag', () => {
    expect(reference(`ghcr.io/acme/app@${SHA256}`)).toEqual({
      registry: 'ghcr.io',
      repository: 'acme/app',
      digest: SHA256,
    })
    expect(reference(`registry:5000/app:1@${SHA256}`)).toMatchObject({ tag: '1', digest: SHA256 })
  })

  test.each([
    ['', 'an empty name'],
    ['Acme/App:1', 'a repository name is lower case (acme/app:1)'],
    ['Acme/app:1', 'a repository name is lower case (acme/app:1)'],
    ['ghcr.io/Acme/App:V1', 'a repository name is lower case (ghcr.io/acme/app:v1)'],
    ['https://ghcr.io/acme/app', 'leave it out'],
    ['docker://acme/app', '"docker://"'],
    ['acme/app :1', 'no blanks'],
    ['/app:1', 'is the variable for the registry set?'],
    ['ghcr.io//app:1', 'nothing stands between two "/"'],
    ['ghcr.io/acme/', 'nothing follows the last "/"'],
    ['ghcr.io/acme/:1', 'nothing follows the last "/"'],
    ['ghcr.io/acme/app:', 'is the variable for the tag set?'],
    ['ghcr.io/acme/app:feature/x', '(feature-x)'],
    ['ghcr.io/acme/app:.hidden', '(hidden)'],
    ['ghcr.io/acme/app:a+b', '(a-b)'],
    [`ghcr.io/acme/app:${long(129)}`, 'at most 128 characters, this one has 129'],
    [`ghcr.io/${long(256)}:1`, 'at most 255 characters, this one has 256'],
    ['ghcr.io/acme/-app', '"-app" in it is not a name'],
    ['ghcr.io/acme/a..b', '"a..b" in it is not a name'],
    ['ghcr.io/acme/a___b', '"a___b" in it is not a name'],
    ['registry:0/app', '"registry:0" is not a host with a port'],
    ['registry:65536/app', '"registry:65536" is not a host with a port'],
    ['registry:port/app', '"registry:port" is not a host with a port'],
    ['-bad.example/app', '"-bad.example" is not a host name'],
    ['acme/app@latest', 'is not a digest'],
    [`acme/app@sha256:${'a'.repeat(63)}`, 'is not a digest'],
    [`acme/app@${SHA256}@${SHA256}`, 'more than one "@"'],
  ])('%j is refused: %s', (text, expected) => {
    expect(problem(text)).toContain(expected)
  })

  test('says the whole text that it refuses', () => {
    expect(parseImageReference('Acme/App:1')).toMatchObject({ problems: [{ value: 'Acme/App:1' }] })
  })
})

describe('printImageReference', () => {
  test.each([
    ['acme/app:1', 'acme/app:1'],
    ['docker.io/acme/app:1', 'acme/app:1'],
    ['index.docker.io/acme/app:1', 'acme/app:1'],
    ['library/app:1', 'app:1'],
    ['docker.io/library/a.b:1', 'a.b:1'],
    ['docker.io/library/localhost', 'localhost'],
    ['docker.io/library/team/app:1', 'library/team/app:1'],
    ['ghcr.io/acme/app:1', 'ghcr.io/acme/app:1'],
    ['docker.io/acme.example/app:1', 'docker.io/acme.example/app:1'],
    ['docker.io/localhost/app', 'docker.io/localhost/app'],
    [`ghcr.io/acme/app:1@${SHA256}`, `ghcr.io/acme/app:1@${SHA256}`],
  ])('%s is printed as %s', (text, printed) => {
    expect(printImageReference(reference(text))).toBe(printed)
  })

  test('what is printed means the same when it is read again', () => {
    const component = fc.stringMatching(/^[a-z0-9]{1,8}(?:[.-][a-z0-9]{1,8}){0,2}$/)
    const registry = fc.constantFrom(
      '',
      'docker.io/',
      'index.docker.io/',
      'ghcr.io/',
      'localhost/',
      'r:5000/',
    )
    const path = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
    const tag = fc.constantFrom('', ':1', ':v1.0-x_y')
    const digest = fc.constantFrom('', `@${SHA256}`)
    fc.assert(
      fc.property(fc.tuple(registry, path, tag, digest), (parts) => {
        const read = reference(parts.join(''))
        expect(reference(printImageReference(read))).toEqual(read)
      }),
    )
  })
})

test('any text is read or refused with a reason, never thrown over', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const result = parseImageReference(text)
      if (result.kind === 'problems') expect(result.problems[0]?.problem).toBeTruthy()
      else expect(`${result.value.registry}/${result.value.repository}`).not.toMatch(/\s/)
    }),
  )
})

test.each([
  ['ghcr.io/acme/app:1', 'without tag and digest (ghcr.io/acme/app)'],
  [`acme/app@${SHA256}`, 'without tag and digest (acme/app)'],
])('a repository %s is refused: %s', (text, expected) => {
  expect(parseImageRepository(text)).toMatchObject({
    problems: [{ problem: containing(expected) }],
  })
})

test('the name of an image is the last part of its repository', () => {
  expect(imageName(reference('registry:5000/acme/team/backend:1'))).toBe('backend')
  expect(imageName(reference('app'))).toBe('app')
})
