import { setTimeout as delay } from 'node:timers/promises'

import { ActionError } from '../../src/failure/failure.ts'
import { startApiServer } from '../support/api-server.ts'
import type { ApiServer } from '../support/api-server.ts'
import { never, openSession } from '../support/build-fixture.ts'
import { OidcProvider } from '../support/oidc-provider.ts'

let server: ApiServer
let provider: OidcProvider

beforeEach(async () => {
  server = await startApiServer()
  provider = await new OidcProvider().listen()
})

afterEach(async () => {
  await Promise.all([server.close(), provider.close()])
})

const tokensSent = (): ReadonlySet<string> =>
  new Set(server.requests.map(({ authorization = '' }) => authorization.replace('Bearer ', '')))

const openAs = (user: object, factor = 1) => openSession(server, server.kubeconfig({ user }), factor)

const EXPIRED = -60

describe('credentials by an OpenID Connect provider', () => {
  test('are used as they stand while they last', async () => {
    const token = provider.token(600)
    server.tokens = [token]
    const session = await openAs(provider.user(token))
    await session.survey(never())
    session.close()

    expect(tokensSent()).toEqual(new Set([token]))
    expect(provider.asked).toEqual([])
  })

  test('are renewed once where they have expired, however many requests need them at once and later', async () => {
    server.tokens = provider.given
    const session = await openAs(provider.user(provider.token(EXPIRED)))
    await Promise.all(Array.from({ length: 5 }, () => session.survey(never())))
    await session.survey(never())
    session.close()

    expect(provider.asked).toEqual([
      { grant_type: 'refresh_token', client_id: 'kubernetes', refresh_token: 'refresh-1' },
    ])
    expect(tokensSent()).toEqual(new Set(provider.given))
  })

  test('are renewed without a token to begin with, and with the secret of a client that has one', async () => {
    server.tokens = provider.given
    const session = await openAs(provider.user(undefined, { 'client-secret': 's3cret' }))
    await session.survey(never())
    session.close()

    expect(provider.asked).toMatchObject([{ client_secret: 's3cret' }])
  })

  test('are renewed shortly before they expire, with the refresh token that was given last', async () => {
    server.tokens = provider.given
    // A second here is half a day there.
    const session = await openAs(provider.user(provider.token(EXPIRED)), 50_000)
    await session.survey(never())
    provider.given.splice(0)
    provider.lifetime = 30
    await delay(100)
    await session.survey(never())
    session.close()

    expect(provider.asked.map(({ refresh_token }) => refresh_token)).toEqual(['refresh-1', 'refresh-2'])
  })

  test('are renewed when the server refuses them', async () => {
    server.tokens = provider.given
    const session = await openAs(provider.user(provider.token(600)))
    await Promise.all(Array.from({ length: 3 }, () => session.survey(never())))
    session.close()

    expect(provider.given).toHaveLength(1)
  })

  test('are refused where they have expired and nothing is there to renew them', async () => {
    const session = await openAs(provider.user(provider.token(EXPIRED), { 'refresh-token': undefined }))
    const failure = await failureOf(session.survey(never()))
    session.close()

    expect(failure?.code).toBe('kubeconfig')
    expect(failure?.headline).toContain('has expired')
    expect(server.requests).toEqual([])
  })

  test.each<[string, () => void, RegExp]>([
    [
      'has ended the session',
      () => (provider.refusal = { error: 'invalid_grant', error_description: 'no refresh-1' }),
      /provider at 127\.0\.0\.1:\d+ gives no new token: invalid_grant\.$/,
    ],
    ['gives no id token', () => (provider.idToken = false), /gives no new token: it gave no id token\.$/],
    ['breaks the connection', () => (provider.breaks = true), /it cannot be asked \(ECONNRESET\)\.$/],
  ])('are told to be missing, without a secret, when the provider %s', async (_, arrange, headline) => {
    arrange()
    const session = await openAs(provider.user(provider.token(EXPIRED), { 'client-secret': 's3cret' }))
    const failure = await failureOf(session.survey(never()))
    session.close()

    expect(failure?.code).toBe('kubeconfig')
    expect(failure?.headline).toMatch(headline)
    expect(JSON.stringify(failure)).not.toMatch(/s3cret|refresh-1/)
  })
})

function failureOf(promise: Promise<unknown>) {
  return promise.then(
    () => undefined,
    (error: unknown) => (error instanceof ActionError ? error.failure : undefined),
  )
}
