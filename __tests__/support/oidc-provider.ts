import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as https from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

import { selfSigned } from './certificate.ts'

const CLIENT = 'kubernetes'

/** An OpenID Connect provider that takes each refresh token once, and gives the next with a new id token. */
export class OidcProvider {
  /** What was asked for, field by field. */
  readonly asked: Readonly<Record<string, string>>[] = []
  /** Id tokens that it has given. */
  readonly given: string[] = []
  /** How long what it gives lives, in seconds. */
  lifetime = 3_600
  /** In OAuth's words, to every request for a token. */
  refusal: Readonly<Record<string, string>> | undefined
  /** Whether an id token is among what it gives. */
  idToken = true
  /** Requests for a token end without an answer. */
  breaks = false
  #refreshToken = 1
  readonly #pair = selfSigned()
  readonly #server = https.createServer(
    this.#pair,
    (request, response) => void this.#serve(request, response),
  )

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return this
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** A user of a kubeconfig who signs in by it. */
  user(idToken: string | undefined, more: Readonly<Record<string, string | undefined>> = {}): object {
    const config = {
      'client-id': CLIENT,
      'id-token': idToken,
      'refresh-token': `refresh-${this.#refreshToken}`,
      'idp-issuer-url': this.#issuer,
      'idp-certificate-authority-data': Buffer.from(this.#pair.cert).toString('base64'),
      ...more,
    }
    return { 'auth-provider': { name: 'oidc', config } }
  }

  /** An id token that ends in so many seconds, and that nobody has signed. */
  token(seconds: number): string {
    const now = Math.floor(Date.now() / 1_000)
    const name = `ann-${this.given.length}`
    const claims = { iss: this.#issuer, aud: CLIENT, sub: name, iat: now, exp: now + seconds }
    return [{ alg: 'RS256' }, claims, 'nobody'].map((part) => base64url(JSON.stringify(part))).join('.')
  }

  get #issuer(): string {
    // A listening TCP server has this form of address.
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = (status: number, body: object): void =>
      void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    if (request.url !== '/token') {
      answer(200, { issuer: this.#issuer, token_endpoint: `${this.#issuer}/token` })
      return
    }
    const fields = Object.fromEntries(new URLSearchParams(await text(request)))
    this.asked.push(fields)
    if (this.breaks) response.destroy()
    else if (this.refusal !== undefined) answer(400, this.refusal)
    else if (fields['refresh_token'] !== `refresh-${this.#refreshToken}`) {
      answer(400, { error: 'invalid_grant' })
    } else answer(200, this.#renewed())
  }

  #renewed(): object {
    const token = this.token(this.lifetime)
    this.given.push(token)
    this.#refreshToken++
    return {
      token_type: 'Bearer',
      access_token: 'not-for-kubernetes',
      ...(this.idToken ? { id_token: token } : {}),
      refresh_token: `refresh-${this.#refreshToken}`,
      expires_in: this.lifetime,
    }
  }
}

const base64url = (value: string): string => Buffer.from(value).toString('base64url')
