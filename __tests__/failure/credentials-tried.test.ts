import { diagnoseEnd } from '../../src/failure/diagnose-end.ts'
import type { RegistryCredential } from '../../src/plan/registry-auth.ts'
import type { RegistryUse } from '../../src/plan/touched-registries.ts'
import { endedBuild, podIn, snapshotOf } from './given.ts'

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
