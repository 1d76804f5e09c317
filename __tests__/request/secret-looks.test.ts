import { requestOf } from './given.ts'

const warnings = (buildArgs: string) =>
  requestOf({ tags: 'ghcr.io/acme/app:1', 'build-args': buildArgs }).warnings

test.each([
  'NPM_TOKEN=abc',
  'password=abc',
  'AWS_SECRET_ACCESS_KEY=abc',
  `X=ghp_${'a'.repeat(36)}`,
  'X=-----BEGIN RSA PRIVATE KEY-----',
])('%s looks like a secret', (line) => {
  const [name = ''] = line.split('=')
  expect(warnings(line)).toEqual([expect.stringContaining(`--mount=type=secret,id=${name}`)])
})

test.each(['NODE_ENV=production', 'PUBLIC_KEY=abc', 'KEYCLOAK=1', 'AUTHOR=Ann', 'NPM_TOKEN='])(
  '%s does not',
  (line) => {
    expect(warnings(line)).toEqual([])
  },
)

test('several are named in one warning, without their values', () => {
  const [warning, ...others] = warnings('A_TOKEN=S3cret\nB=1\nC_KEY=S3cret')
  expect(warning).toContain('A_TOKEN, C_KEY')
  expect(warning).not.toContain('S3cret')
  expect(others).toEqual([])
})
