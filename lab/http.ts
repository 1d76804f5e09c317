import { readFileSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { RequestOptions } from 'node:https'
import { ports } from './addresses.ts'
import type { Addresses } from './addresses.ts'
import { keyPair } from './certificates.ts'
import type { Lab } from './places.ts'

/** What a server answered. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
}

const TIMEOUT_MS = 5000

/**
 * One HTTP request without the environment's proxies; a redirect is an answer like another.
 * Throws Node's error when there is no answer within 5 seconds without traffic.
 */
export async function ask(
  url: string,
  options: RequestOptions = {},
  body?: string | NodeJS.ReadableStream,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? secureRequest : plainRequest
    const request = send(url, { agent: false, timeout: TIMEOUT_MS, ...options }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
      response.on('error', reject)
    })
    request.on('timeout', () => request.destroy(new Error(`no answer from ${url} within 5 s`)))
    request.on('error', reject)
    if (body === undefined || typeof body === 'string') request.end(body)
    else body.pipe(request)
  })
}

/** The API server's answer, its JSON parsed. */
export interface ApiAnswer {
  readonly status: number
  readonly body: unknown
}

/** Sends requests to the lab's API server. */
export type Api = (method: string, path: string, body?: unknown, token?: string) => Promise<ApiAnswer>

/** The API server as a user with a certificate sees it, the administrator by default, or as the bearer of a token. */
export function apiOf(lab: Lab, addresses: Addresses, user = 'admin'): Api {
  const own = keyPair(lab, user)
  return async (method, path, body, token) => {
    const identity =
      token === undefined
        ? { cert: readFileSync(own.certificate), key: readFileSync(own.key) }
        : { headers: { authorization: `Bearer ${token}` } }
    const ca = readFileSync(keyPair(lab, 'cluster-authority').certificate)
    const headers = { ...identity.headers, 'content-type': 'application/json' }
    const url = `https://${addresses.node}:${String(ports.api)}${path}`
    const answer = await ask(
      url,
      { ...identity, ca, method, headers },
      body === undefined ? undefined : JSON.stringify(body),
    )
    return { status: answer.status, body: parsed(answer.text) }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
