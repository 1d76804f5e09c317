import type { ContextSource } from '../../src/request/context-source.ts'
import { containing, type GivenInputs, problemsOf, requestOf } from './given.ts'

const SHA = '0123456789abcdef0123456789abcdef01234567'
const GITHUB = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/app',
  GITHUB_SHA: SHA,
}
const TAGS = { tags: 'example.com/app:1', namespace: 'ci' }

const sourceOf = (context: string, more: GivenInputs = {}): ContextSource =>
  requestOf({ ...TAGS, context, ...more }, GITHUB).context

const git = (location: string, more: object = {}) => ({
  kind: 'git',
  scheme: 'https',
  location,
  reference: undefined,
  subdirectory: '',
  repository: undefined,
  token: undefined,
  ...more,
})

describe('the context', () => {
  test.each<[string, string]>([
    ['.', '.'],
    ['services/a b', 'services/a b'],
    ['/abs', '/abs'],
    ['../up', '../up'],
    ['build/context.tar.gz', 'build/context.tar.gz'],
    ['./git', './git'],
    ['gitlab', 'gitlab'],
    ['C:\\x', 'C:\\x'],
    ['name@host', 'name@host'],
  ])('%s is a path of the runner', (text, path) => {
    expect(sourceOf(text)).toEqual({ kind: 'path', path })
  })

  test.each<[string, string]>([
    ['git', ''],
    ['git:services/api', 'services/api'],
    ['{{defaultContext}}', ''],
    ['{{ defaultContext }}:./services//api/', 'services/api'],
  ])('%s is the workflow’s repository at its commit', (text, subdirectory) => {
    expect(sourceOf(text)).toEqual(
      git('github.com/acme/app.git', { reference: SHA, subdirectory, repository: 'acme/app' }),
    )
  })

  test.each<[string, object]>([
    ['https://github.com/acme/other.git', git('github.com/acme/other.git')],
    ['https://github.com/acme/other', git('github.com/acme/other')],
    ['github.com/acme/other', git('github.com/acme/other')],
    [
      `https://github.com/ACME/app#${SHA}`,
      git('github.com/ACME/app', { reference: SHA, repository: 'acme/app' }),
    ],
    ['https://github.com/acme/app#main', git('github.com/acme/app', { reference: 'main' })],
    ['https://gitlab.com/a/b#main', git('gitlab.com/a/b', { reference: 'main' })],
    ['https://git.example:8443/a/b/c.git', git('git.example:8443/a/b/c.git')],
    [
      'https://git.example/c.git#v1.2:sub/dir',
      git('git.example/c.git', { reference: 'v1.2', subdirectory: 'sub/dir' }),
    ],
    ['https://git.example/c.git#:sub', git('git.example/c.git', { subdirectory: 'sub' })],
    [
      'https://git.example/c.git#refs/pull/7/merge',
      git('git.example/c.git', { reference: 'refs/pull/7/merge' }),
    ],
    ['https://git.example/c.git#feature%2Fx', git('git.example/c.git', { reference: 'feature/x' })],
    [
      'https://git.example/c.git?branch=main&subdir=a',
      git('git.example/c.git', { reference: 'main', subdirectory: 'a' }),
    ],
    [`https://git.example/c.git?ref=main&commit=${SHA}`, git('git.example/c.git', { reference: SHA })],
    ['http://git.lab/c.git', git('git.lab/c.git', { scheme: 'http' })],
    ['git://git.example/c.git', git('git.example/c.git')],
  ])('%s is a repository', (text, expected) => {
    expect(sourceOf(text)).toEqual(expected)
  })

  test.each<[string, ContextSource]>([
    ['pvc://sources', { kind: 'claim', claim: 'sources', path: '' }],
    ['pvc://sources/', { kind: 'claim', claim: 'sources', path: '' }],
    ['pvc://sources/a/./b/../c/', { kind: 'claim', claim: 'sources', path: 'a/c' }],
    ['s3://bucket/a.tar.gz', { kind: 'url', url: 's3://bucket/a.tar.gz' }],
    ['gs://bucket/a.tar.gz', { kind: 'url', url: 'gs://bucket/a.tar.gz' }],
    [
      'https://x.blob.core.windows.net/c/a.tar.gz?sig=x',
      { kind: 'url', url: 'https://x.blob.core.windows.net/c/a.tar.gz?sig=x' },
    ],
  ])('%s is fetched by Kaniko as it is', (text, expected) => {
    expect(sourceOf(text)).toEqual(expected)
  })

  test.each<[string, string]>([
    ['git@github.com:acme/app.git', 'not over SSH'],
    ['ssh://git@github.com/acme/app.git', 'not over SSH'],
    ['https://git.example/c.git#-x', 'no branch, tag or commit'],
    ['https://git.example/c.git#a..b', 'no branch, tag or commit'],
    ['https://git.example/c.git#a b', 'no branch, tag or commit'],
    ['https://git.example/c.git#main:../up', 'leads out of the repository'],
    ['git:..', 'leads out of the repository'],
    ['https://git.example/c.git?submodules=true', '?submodules= is not known here'],
    ['https://git.example/c.git?ref=v1#main', 'after ? and after #'],
    ['https://git.example/c.git?branch=a&tag=b', 'more than one of ref, branch and tag'],
    ['https://git.example/c.git?ref=v1&checksum=abcdef0', 'the whole id of a commit'],
    ['pvc://', 'not pvc://CLAIM/PATH'],
    ['pvc://Not_a_name/x', 'not pvc://CLAIM/PATH'],
    ['pvc://sources/../x', 'leads out of the volume'],
    ['http://x.example/a.tar.gz', 'over https only'],
    ['ftp://x.example/a.tar.gz', 'not a context'],
    ['docker-image://alpine', 'not a context'],
    ['{{context}}/x', '{{defaultContext}} is all'],
  ])('%s is refused in words', (context, problem) => {
    expect(problemsOf({ ...TAGS, context }, GITHUB)).toMatchObject([
      { input: 'context', problem: containing(problem) },
    ])
  })

  test.each([
    'http://minio.example/c.tar.gz?X-Amz-Signature=pa55word',
    'https://git.example/a.git?private_token=pa55word',
    'ftp://h.example/c.tgz?sig=pa55word',
    'x:pa55word@github.com:acme/app',
    'https://{{x}}/a.tar.gz?sig=pa55word',
    'https://git.example/a.git?ref=a&sig=pa55word#main',
  ])('%s is refused without what may be secret in it', (context) => {
    const problems = problemsOf({ ...TAGS, context }, GITHUB)
    expect(problems).toMatchObject([{ input: 'context' }])
    expect(JSON.stringify(problems)).not.toContain('pa55word')
  })

  test.each([
    'https://ann:pa55word@git.example/c.git',
    'https://pa55word@github.com/acme/app',
    's3://key:pa55word@bucket/x',
  ])('%s is refused without showing what is secret', (context) => {
    const [problem, ...others] = problemsOf({ ...TAGS, context }, GITHUB)
    expect(others).toEqual([])
    expect(problem?.problem).toContain('has credentials in it')
    expect(JSON.stringify(problem)).not.toContain('pa55word')
  })

  test('git outside a workflow is answered with what to name instead', () => {
    expect(problemsOf({ ...TAGS, context: 'git' }, {})).toMatchObject([
      { input: 'context', problem: containing('GITHUB_SHA') },
    ])
  })

  test('a claim needs the namespace that it is in', () => {
    expect(problemsOf({ tags: TAGS.tags, context: 'pvc://sources' })).toMatchObject([
      { input: 'context', problem: containing('`namespace` is needed') },
    ])
  })
})

describe('github-token', () => {
  const token = (context: string, environment: Readonly<Record<string, string>> = GITHUB) => {
    const source = requestOf({ ...TAGS, context, 'github-token': 'T0ken' }, environment).context
    return source.kind === 'git' ? source.token : 'no git'
  }

  test.each(['git', 'git:sub', 'https://github.com/acme/other.git', 'github.com/acme/other'])(
    'is for %s',
    (context) => expect(token(context)).toBe('T0ken'),
  )

  test.each([
    'https://github.com.evil.example/acme/app.git',
    'https://gitlab.com/a/b.git',
    'https://github.com:8443/a/b.git',
    'http://github.com/acme/app.git',
  ])('is not for %s', (context) => expect(token(context)).toBeUndefined())

  test('is for the GitHub that the workflow runs on, and no other', () => {
    const enterprise = { ...GITHUB, GITHUB_SERVER_URL: 'https://github.acme.example' }
    expect(token('git', enterprise)).toBe('T0ken')
    expect(token('https://github.com/acme/app.git', enterprise)).toBeUndefined()
  })
})

describe('inputs beside a context that the executor fetches', () => {
  test.each<[string, string]>([
    ['docker/Dockerfile', 'docker/Dockerfile'],
    ['./a//b/../Dockerfile', 'a/Dockerfile'],
  ])('file %s is a path in it', (file, expected) => {
    expect(requestOf({ ...TAGS, context: 'git', file }, GITHUB).file).toBe(expected)
  })

  test.each(['../Dockerfile', '/Dockerfile', 'a/../../Dockerfile', '.'])('file %s is refused', (file) => {
    expect(problemsOf({ ...TAGS, context: 'git', file }, GITHUB)).toMatchObject([
      { input: 'file', value: file, problem: containing('leads out of the context') },
    ])
  })

  test('context-delivery has nothing to deliver', () => {
    expect(problemsOf({ ...TAGS, context: 'git', 'context-delivery': 'stream' }, GITHUB)).toMatchObject([
      { input: 'context-delivery', problem: containing('fetched by the executor') },
    ])
  })
})
