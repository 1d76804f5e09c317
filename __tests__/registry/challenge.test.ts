import fc from 'fast-check'
import { parseChallenge } from '../../src/registry/challenge.ts'

const REALM = 'https://auth.example.com/token'

test.each([
  [
    `Bearer realm="${REALM}",service="registry.example.com",scope="repository:a/b:pull"`,
    'registry.example.com',
  ],
  [`bearer service=registry.example.com, realm="${REALM}"`, 'registry.example.com'],
  [`Bearer realm = "${REALM}"`, undefined],
  [`Bearer realm="${REALM}",service="a, \\"b\\""`, 'a, "b"'],
  [`Bearer realm=${REALM}`, undefined],
])('%s is a demand for a token', (header, service) => {
  expect(parseChallenge(header)).toEqual({ kind: 'bearer', realm: REALM, service })
})

test.each(['Basic realm="x"', 'basic', ' BASIC charset="UTF-8"'])('%s is one for a password', (header) => {
  expect(parseChallenge(header)).toEqual({ kind: 'basic' })
})

test.each([undefined, '', 'Bearer', 'Bearer service="x"', 'Negotiate', 'realm="x"'])(
  '%j is neither',
  (header) => {
    expect(parseChallenge(header)).toBeUndefined()
  },
)

test('any text is read', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseChallenge(`Bearer ${text}`)))
})
