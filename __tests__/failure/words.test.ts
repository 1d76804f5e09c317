import { diagnoseEnd } from '../../src/failure/diagnose-end.ts'
import { cancelled, deadlinePassed, neverStarted, noDigest } from '../../src/failure/ended-by-us.ts'
import { presentFailure } from '../../src/failure/present.ts'
import type { RegistryCredential } from '../../src/plan/registry-auth.ts'
import type { RegistryUse } from '../../src/plan/touched-registries.ts'
import { endedBuild, podIn, snapshotOf } from './given.ts'

const message = (msg: string) => JSON.stringify({ level: 'info', msg, time: '2026-01-01T00:00:00Z' })
const FAILED =
  'error building image: error building stage: failed to execute command: waiting for process to exit: exit status 7'
const failedWith = (lines: readonly string[]) =>
  diagnoseEnd(endedBuild(snapshotOf(podIn({ terminated: { exitCode: 7 } })), lines))
const build = { namespace: 'ci', jobName: 'app-x1y2z', jobUid: 'uid', random: 'x1y2z', container: 'kaniko' }

test('a failure is presented as what, why, what to do, and where to read on', () => {
  expect(
    presentFailure({
      code: 'quota',
      headline: 'No room.',
      details: ['used 7Gi of 8Gi'],
      cures: ['lower it', 'apply:\n  a: b'],
    }),
  ).toEqual([
    'Error: No room.   [quota]',
    '',
    '  used 7Gi of 8Gi',
    '',
    '  to do   lower it',
    '          apply:',
    '            a: b',
    '  more    docs/troubleshooting.md#quota',
  ])
})

test('a cancelled build is presented in one line', () => {
  expect(presentFailure(cancelled())).toEqual([
    expect.stringMatching(/^Error: The build was cancelled.*\[cancelled\]$/),
  ])
})

test('at most 20 lines of output are told, each cut', () => {
  const printed = Array.from({ length: 30 }, (_, at) => `line ${at} ${'x'.repeat(600)}`)
  const { details } = failedWith([message('RUN a'), ...printed, FAILED])
  const output = details.filter((line) => line.startsWith('| '))
  expect(output).toHaveLength(20)
  expect(output[0]).toMatch(/^\| line 10 x+ …$/)
  expect(Math.max(...output.map((line) => line.length))).toBeLessThan(510)
})

test('an instruction whose start is no longer among the last lines is not made up', () => {
  expect(failedWith(['printed', FAILED])).toMatchObject({
    code: 'run-failed',
    headline: 'The build failed with exit code 7.',
    details: expect.arrayContaining(['| printed']) as unknown,
  })
})

test('an executor that was killed without a word is told so', () => {
  const killed = snapshotOf(podIn({ terminated: { exitCode: 137, reason: 'Error' } }))
  expect(diagnoseEnd(endedBuild(killed, [message('RUN a'), message('Running: [a]')]))).toMatchObject({
    code: 'out-of-memory',
    headline: 'The executor was killed during `RUN a`; nearly always memory had run out.',
  })
})

test('a file missing in an earlier stage is not looked for in the context', () => {
  const line =
    'error building image: error building stage: failed to get files used from context: failed to get fileinfo for /kaniko/deps/0/out/a b: lstat /kaniko/deps/0/out/a b: no such file or directory'
  expect(failedWith([line])).toMatchObject({
    code: 'copy-source-missing',
    headline: '"/out/a b", which the Dockerfile copies, is not in the stage it is copied from.',
  })
})

describe('what a registry denied', () => {
  const DENIED =
    'error checking push permissions: checking push permission for "b.example/x:1": UNAUTHORIZED: no'
  const credential = (
    registry: string,
    uses: readonly RegistryUse[],
    more: Partial<RegistryCredential> = {},
  ) => ({
    registry,
    uses,
    from: undefined,
    user: undefined,
    tried: ['`registries` (not given)'],
    ...more,
  })
  const deniedWith = (line: string, credentials: readonly RegistryCredential[]) => {
    const ended = endedBuild(snapshotOf(podIn({ terminated: { exitCode: 1 } })), [line])
    return diagnoseEnd({ ...ended, plan: { ...ended.plan, credentials } }).details.slice(1)
  }

  test('is told with where the credentials for it came from', () => {
    const known = { from: '`registries`', user: 'bob', tried: [] }
    const credentials = [credential('a.example', ['push'], known), credential('b.example', ['push'], known)]
    expect(deniedWith(DENIED, credentials)).toEqual([
      'credentials for b.example: from `registries`, user "bob"',
    ])
  })

  test('is told with what was tried, where there were none', () => {
    expect(deniedWith(DENIED, [credential('b.example', ['push', 'cache'])])).toEqual([
      'credentials for b.example: none',
      '  tried `registries` (not given)',
    ])
  })

  test('is told for all that it can have been, where Kaniko does not say which', () => {
    const line = 'error pushing image: failed to push: unexpected status code 401 Unauthorized'
    const credentials = [credential('a.example', ['push']), credential('m.example', ['mirror'])]
    expect(deniedWith(line, credentials)[0]).toBe('credentials for a.example: none')
    expect(deniedWith(line, credentials).join()).not.toContain('m.example')
  })

  test('may be a base image', () => {
    const line =
      'error building image: GET https://index.docker.io/v2/acme/x/manifests/1: UNAUTHORIZED: authentication required'
    const credentials = [credential('a.example', ['push']), credential('docker.io', ['base images'])]
    expect(deniedWith(line, credentials)[0]).toBe('credentials for docker.io: none')
  })

  test('is not what a certificate was about', () => {
    const line =
      'error pushing image: Get "https://b.example/v2/": tls: failed to verify certificate: x509: unknown'
    const ended = endedBuild(snapshotOf(podIn({ terminated: { exitCode: 1 } })), [line])
    const failure = diagnoseEnd({
      ...ended,
      plan: { ...ended.plan, credentials: [credential('b.example', ['push'])] },
    })
    expect(failure.code).toBe('push-unreachable')
    expect(failure.details.join()).not.toContain('credentials')
    expect(failure.cures.join()).toContain('registry-certificates')
  })
})

test('the deadline names the instruction that was under way', () => {
  const failure = deadlinePassed(600, [message('RUN npm ci'), message('Running: [npm]'), 'still going'])
  expect(failure).toMatchObject({ code: 'deadline', details: ['last lines', '| still going'] })
  expect(failure.headline).toBe('The build was not done after 600 s, during `RUN npm ci`.')
})

test.each([
  ['a node: 0/5 nodes are available', 'unschedulable'],
  ['the executor image, which node-3 is pulling', 'schedule-timeout'],
  ['', 'schedule-timeout'],
])('a build that never started tells what it waited for: %j', (why, code) => {
  const failure = neverStarted(120, why, build)
  expect(failure.code).toBe(code)
  expect(failure.details).toEqual(why === '' ? [] : [`waiting for ${why}`])
  expect(failure.cures.join('\n')).toContain('kubectl -n ci describe pods -l job-name=app-x1y2z')
})

test('an executor that leaves no digest is named', () => {
  expect(noDigest('example.com/x:1').headline).toContain('example.com/x:1')
})
