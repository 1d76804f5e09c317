import * as http from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import * as https from 'node:https'
import { getCACertificates } from 'node:tls'

import { agentThrough } from '../proxy/agent-through.ts'
import { proxyFor } from '../proxy/proxy-for.ts'
import type { RegistryTrust } from './confirmation.ts'
import { NoAnswer, noAnswer } from './no-answer.ts'

/** An answer, whole. */
export interface WireAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Requests that follow no redirect and keep their connections until `close`. */
export interface Wire {
  /** Throws `NoAnswer`, also for a body that is larger than `longest` bytes. */
  get(url: URL, headers: Readonly<Record<string, string>>, longest: number): Promise<WireAnswer>
  /** Throws `NoAnswer`. */
  put(url: URL, headers: Readonly<Record<string, string>>, body: string): Promise<WireAnswer>
  /** Throws `NoAnswer`. */
  delete(url: URL, headers: Readonly<Record<string, string>>, longest: number): Promise<WireAnswer>
  close(): void
}

/** Of an answer to what was put, in bytes: there is a word in it at most. */
export const LONGEST_WORD = 64 << 10

/** A registry that only pods can reach often swallows what is sent to it: nobody waits long for a connection. In milliseconds. */
const CONNECT_MS = 1_500

/** `environment` may name a proxy (HTTPS_PROXY, HTTP_PROXY, NO_PROXY); `registry` is what is trusted so. */
export function openWire(
  environment: Readonly<Record<string, string | undefined>>,
  registry: string,
  { authority, skipsVerification }: Pick<RegistryTrust, 'authority' | 'skipsVerification'>,
  signal: AbortSignal,
): Wire {
  const ca = authority === undefined ? {} : { ca: [...getCACertificates('default'), authority] }
  const agents = new Map<string, http.Agent>()
  const agentFor = (url: URL): http.Agent => {
    const proxy = proxyFor(url, environment)
    if (proxy?.url.protocol.startsWith('socks') === true) throw new NoAnswer('the way to it is a SOCKS proxy')
    const key = `${url.protocol} ${proxy?.url.href ?? ''}`
    const agent = agents.get(key) ?? agentThrough(url.protocol, proxy, { keepAlive: true, ...ca })
    agents.set(key, agent)
    return agent
  }
  async function send(
    url: URL,
    options: http.RequestOptions,
    body: string | undefined,
    longest: number,
  ): Promise<WireAnswer> {
    try {
      const given = { ...options, agent: agentFor(url), signal }
      const request =
        url.protocol === 'http:'
          ? http.request(url, given)
          : // Not for whoever hands out its tokens.
            https.request(url, {
              ...given,
              rejectUnauthorized: !(skipsVerification && url.host === registry),
            })
      const answering = answerTo(request)
      request.end(body)
      const answer = await answering
      return {
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        body: await readBody(answer, longest),
      }
    } catch (error) {
      signal.throwIfAborted()
      throw noAnswer(error)
    }
  }
  return {
    get: (url, headers, longest) => send(url, { headers: { ...headers, ...OURS } }, undefined, longest),
    put: (url, headers, body) => {
      const length = { 'Content-Length': String(Buffer.byteLength(body)) }
      return send(url, { method: 'PUT', headers: { ...headers, ...OURS, ...length } }, body, LONGEST_WORD)
    },
    delete: (url, headers, longest) =>
      send(url, { method: 'DELETE', headers: { ...headers, ...OURS } }, undefined, longest),
    close() {
      for (const agent of agents.values()) agent.destroy()
    },
  }
}

const OURS = { 'User-Agent': 'hybrid-kubernetes-build' }

function answerTo(request: http.ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const late = setTimeout(
    () => request.destroy(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })),
    CONNECT_MS,
  )
  const inTime = (): void => clearTimeout(late)
  request.on('socket', (socket) => {
    if (socket.connecting) socket.once('connect', inTime)
    else inTime()
  })
  request.on('response', resolve)
  request.on('error', reject)
  request.on('close', () => {
    inTime()
    reject(new NoAnswer('it cut the connection'))
  })
  return promise
}

async function readBody(answer: IncomingMessage, longest: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    // Leaving the loop ends the connection.
    if (size > longest) throw new NoAnswer('its answer is too large')
  }
  return Buffer.concat(chunks)
}
