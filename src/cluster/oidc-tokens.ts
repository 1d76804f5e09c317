import { readFile } from 'node:fs/promises'
import { request } from 'node:https'
import { buffer } from 'node:stream/consumers'

import { customFetch, discovery, refreshTokenGrant, ResponseBodyError } from 'openid-client'
import type { CustomFetch, TokenEndpointResponse } from 'openid-client'

import type { Clock } from '../clock.ts'
import { connectionError } from './api-error.ts'
import { isRecord, parseJson } from './json.ts'
import { kubeconfigProblem } from './kubeconfig-problem.ts'
import { LEEWAY_MS, renewed } from './renewed.ts'
import type { Renewed } from './renewed.ts'

/** What gets a new id token. */
interface Refreshing {
  readonly issuer: URL
  readonly clientId: string
  readonly clientSecret: string | undefined
  /** Of the provider's certificate, PEM; undefined for those that Node trusts. */
  readonly authority: string | undefined
  readonly refreshToken: string
}

/**
 * The id token of a kubeconfig's user (`auth-provider: oidc`), and the next one
 * once it is about to end or is refused. The provider is asked once, however many
 * need it: the second use of a refresh token may end the session. The one that it
 * gives with a token takes the old one's place. The client library cannot refresh:
 * it gives the issuer's address in a form that openid-client does not take, and it
 * leaves out the client's secret.
 */
export function oidcTokens(fields: unknown, clock: Pick<Clock, 'now'>): Renewed<string> {
  const text = textsOf(fields)
  let idToken = text('id-token')
  let refreshToken = text('refresh-token')
  let isRefused = false
  const tokens = renewed(async () => {
    const left = idToken === undefined ? 0 : lifetimeOf(idToken)
    const mustRefresh = isRefused || left < LEEWAY_MS
    const refreshing = mustRefresh ? await refreshingBy(text, refreshToken) : undefined
    if (refreshing !== undefined) {
      const got = await refresh(refreshing)
      idToken = got.idToken
      refreshToken = got.refreshToken ?? refreshToken
      isRefused = false
    }
    if (idToken === undefined || lifetimeOf(idToken) <= 0) throw ended()
    return { value: idToken, lifetimeMs: lifetimeOf(idToken) }
  }, clock)
  return {
    current: tokens.current,
    forget() {
      isRefused = true
      tokens.forget()
    },
  }
}

type Texts = (field: string) => string | undefined

function textsOf(fields: unknown): Texts {
  return (field) => {
    const value = isRecord(fields) ? fields[field] : undefined
    return typeof value === 'string' && value !== '' ? value : undefined
  }
}

async function refreshingBy(text: Texts, refreshToken: string | undefined): Promise<Refreshing | undefined> {
  const [address, clientId] = [text('idp-issuer-url'), text('client-id')]
  const issuer = address === undefined ? null : URL.parse(address)
  if (refreshToken === undefined || clientId === undefined || issuer === null) return undefined
  return {
    issuer,
    clientId,
    clientSecret: text('client-secret'),
    authority: await authorityOf(text),
    refreshToken,
  }
}

async function authorityOf(text: Texts): Promise<string | undefined> {
  const data = text('idp-certificate-authority-data')
  if (data !== undefined) return Buffer.from(data, 'base64').toString()
  const file = text('idp-certificate-authority')
  if (file === undefined) return undefined
  try {
    return await readFile(file, 'utf8')
  } catch {
    throw kubeconfigProblem(
      `The credentials need the file ${file}, which cannot be read.`,
      'In a kubeconfig that is a secret, `idp-certificate-authority-data` takes its place.',
    )
  }
}

/** In milliseconds; without end, where the token does not say. */
function lifetimeOf(token: string): number {
  const claims = parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
  const end = isRecord(claims) ? claims['exp'] : undefined
  return typeof end === 'number' ? end * 1000 - Date.now() : Infinity
}

interface Refreshed {
  readonly idToken: string
  readonly refreshToken: string | undefined
}

async function refresh(by: Refreshing): Promise<Refreshed> {
  const { id_token: idToken, refresh_token: refreshToken } = await granted(by)
  if (idToken === undefined) throw refused(by.issuer, 'it gave no id token')
  return { idToken, refreshToken }
}

async function granted(by: Refreshing): Promise<TokenEndpointResponse> {
  const options = by.authority === undefined ? {} : { [customFetch]: fetchTrusting(by.authority) }
  try {
    const provider = await discovery(by.issuer, by.clientId, by.clientSecret, undefined, options)
    return await refreshTokenGrant(provider, by.refreshToken)
  } catch (error) {
    throw error instanceof ResponseBodyError ? refused(by.issuer, error.error) : unreachable(by.issuer, error)
  }
}

/** Node's own `fetch` takes no authority for one request. */
function fetchTrusting(ca: string): CustomFetch {
  return (url, { method, headers, body }) =>
    new Promise((resolve, reject) => {
      const sent = request(url, { ca, method, headers }, (answer) => {
        const type = answer.headers['content-type'] ?? ''
        buffer(answer).then(
          (bytes) =>
            resolve(
              new Response(new Uint8Array(bytes), {
                status: answer.statusCode ?? 0,
                headers: { 'content-type': type },
              }),
            ),
          reject,
        )
      })
      sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error('ETIMEDOUT')))
      sent.on('error', reject)
      new Response(body).text().then((text) => sent.end(text), reject)
    })
}

const TIMEOUT_MS = 30_000

/** Its words may hold what was sent: only OAuth's own codes are quoted. */
function refused(issuer: URL, why: string): Error {
  return kubeconfigProblem(
    `The OpenID Connect provider at ${issuer.host} gives no new token: ${why}.`,
    'Sign in anew and store the new kubeconfig; many providers take a refresh token only once, and a secret keeps the old one.',
    SERVICE_ACCOUNT,
  )
}

function unreachable(issuer: URL, error: unknown): Error {
  const { code } = connectionError(isRecord(error) && error['cause'] !== undefined ? error['cause'] : error)
  return kubeconfigProblem(
    `The OpenID Connect provider at ${issuer.host} gives no new token: it cannot be asked (${code}).`,
    'Check `idp-issuer-url` and `idp-certificate-authority-data` in the kubeconfig, and that this runner may reach it.',
    SERVICE_ACCOUNT,
  )
}

function ended(): Error {
  return kubeconfigProblem(
    'The id token in the kubeconfig has expired, and what is needed to get another is not there.',
    'With `refresh-token`, `client-id` and `idp-issuer-url` beside it, it is renewed.',
    SERVICE_ACCOUNT,
  )
}

const SERVICE_ACCOUNT = "Or use a service account's token: it needs no provider, and ends when you say."
