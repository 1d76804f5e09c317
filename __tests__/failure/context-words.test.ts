import { diagnoseEnd } from '../../src/failure/diagnose-end.ts'
import type { FailureCode } from '../../src/failure/failure.ts'
import type { FetchedFrom } from '../../src/plan/build-plan.ts'
import { endedBuild, planOf, podIn, snapshotOf } from './given.ts'

const GIT: FetchedFrom = { kind: 'git', shown: 'https://git.example/c.git#v1', as: undefined }
const CLAIM: FetchedFrom = { kind: 'claim', shown: 'pvc://sources/app', as: undefined }
const URL: FetchedFrom = { kind: 'url', shown: 's3://bucket/a.tar.gz', as: undefined }

/** What is said where Kaniko's log ends so. */
function failureOf(from: FetchedFrom, words: string) {
  // An answer's body is quoted in some, with its line ends.
  const plan = planOf('FROM a\n', { delivery: { kind: 'executor', from } })
  const ended = snapshotOf(podIn({ terminated: { exitCode: 1 } }))
  return diagnoseEnd(
    endedBuild(ended, [...`Error: ${words}`.split('\n'), 'Usage:', '  executor [flags]'], { plan }),
  )
}

describe('a context that the executor was to fetch', () => {
  test.each<[FetchedFrom, string, FailureCode, string, string]>([
    [
      GIT,
      'authentication required: ',
      'context-denied',
      'may not clone the context https://git.example/c.git#v1.',
      'GIT_AUTH_TOKEN',
    ],
    [GIT, 'authorization failed: ', 'context-denied', 'may not clone', 'contents: read'],
    [
      GIT,
      'repository not found: ',
      'context-missing',
      'is no repository that can be found',
      'a private repository looks the same',
    ],
    [
      { ...GIT, as: '`github-token`' },
      'repository not found: ',
      'context-missing',
      'is no repository',
      'letter by letter',
    ],
    [
      GIT,
      'authentication required: Repository not found.\n',
      'context-denied',
      'may not clone',
      'GIT_AUTH_TOKEN',
    ],
    [
      GIT,
      'authorization failed: <html>\n<head>\n</head>\n</html>\n',
      'context-denied',
      'may not clone',
      'contents: read',
    ],
    [GIT, 'object not found', 'context-missing', 'names no branch', 'whole id'],
    [GIT, 'remote repository is empty', 'context-missing', 'with nothing in it', 'letter by letter'],
    [GIT, 'Get "https://x/info/refs": Forbidden', 'context-missing', 'cannot be reached', 'proxies'],
    [
      GIT,
      'Get "https://x/info/refs": Proxy Authentication Required',
      'context-missing',
      'cannot be reached',
      'proxies',
    ],
    [
      GIT,
      'stat /kaniko/buildcontext/Forbidden: no such file or directory',
      'context-missing',
      'a directory that is not there',
      'letter',
    ],
    [URL, "storage: bucket doesn't exist", 'context-missing', 'is not there', 'letter by letter'],
    [
      URL,
      'AZURE_STORAGE_ACCESS_KEY environment variable is not set',
      'context-denied',
      'may not read',
      'AZURE_STORAGE_ACCESS_KEY',
    ],
    [
      GIT,
      'invalid branch: v1',
      'context-missing',
      'names no branch, tag or commit that is there',
      'whole id',
    ],
    [GIT, 'reference not found', 'context-missing', 'names no branch', 'whole id'],
    [
      GIT,
      'error decoding upload-pack response: upload-pack: not our ref 8ac55f',
      'context-missing',
      'names no branch',
      'whole id',
    ],
    [
      GIT,
      'stat /kaniko/buildcontext/nope: no such file or directory',
      'context-missing',
      'names a directory that is not there',
      'letter by letter',
    ],
    [
      GIT,
      'Get "http://x/info/refs": dial tcp 10.0.0.1:80: connect: connection refused',
      'context-missing',
      'cannot be reached from the build pod',
      'check the sources out',
    ],
    [
      URL,
      'Get "https://x/a.tar.gz": tls: failed to verify certificate: x509: unknown authority',
      'context-missing',
      'cannot be reached',
      'not one that the executor trusts',
    ],
    [
      CLAIM,
      'stat /kaniko/context/app: no such file or directory',
      'context-missing',
      'pvc://sources/app names a directory',
      'letter by letter',
    ],
    [
      URL,
      'HTTPSTar bad status from server: 404 Not Found',
      'context-missing',
      'is not there',
      'letter by letter',
    ],
    [
      URL,
      'HTTPSTar bad status from server: 403 Forbidden',
      'context-denied',
      'may not read the context s3://bucket/a.tar.gz',
      'service-account',
    ],
    [
      URL,
      'operation error S3: GetObject, AccessDenied: Access Denied',
      'context-denied',
      'may not read',
      'service-account',
    ],
    [URL, 'gzip: invalid header', 'context-broken', 'could not use the context', 'compressed with gzip'],
  ])('%j, %s', (from, reason, code, headline, cure) => {
    const failure = failureOf(from, `error resolving source context: ${reason}`)
    expect(failure.code).toBe(code)
    expect(failure.headline).toContain(headline)
    expect(failure.cures.join('\n')).toContain(cure)
  })

  test('says who cloned it', () => {
    const failure = failureOf(
      { ...GIT, as: 'the secret GIT_AUTH_TOKEN' },
      'error resolving source context: authentication required',
    )
    expect(failure.details).toContain('cloned with the secret GIT_AUTH_TOKEN')
  })

  test('is told without what signs its address', () => {
    const words =
      'error resolving source context: Get "https://x.example/a.tar.gz?sv=1&sig=s3cret": dial tcp: lookup x.example: no such host'
    expect(JSON.stringify(failureOf(URL, words))).not.toContain('s3cret')
  })

  test('that has no Dockerfile names where it was looked for', () => {
    const failure = failureOf(
      GIT,
      'error resolving dockerfile path: please provide a valid path to a Dockerfile within the build context with --dockerfile',
    )
    expect(failure.code).toBe('dockerfile-missing')
    expect(failure.headline).toBe(
      'The executor found no app/Dockerfile in the context https://git.example/c.git#v1.',
    )
    expect(failure.cures).toEqual(['set `file` to the path of the Dockerfile in that context'])
  })
})
