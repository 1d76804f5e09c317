import type { IncomingMessage } from 'node:http'

import type { WebSocket } from 'ws'

import { unlessAborted } from './aborted.ts'
import { ApiError, ConnectionError, connectionError } from './api-error.ts'
import { ContainerChannel, type Listener, PROTOCOLS } from './container-channel.ts'
import type { ConnectionOptions, Credentials } from './credentials.ts'
import { parseJson } from './json.ts'
import type { PassedAnswer, PassedRequest } from './passing.ts'
import { withRetries } from './retry.ts'
import type { Patience, RetryPolicy } from './retry.ts'
import { StdinChannel } from './stdin-channel.ts'
import type { Answer, Exchange, Transport } from './transport.ts'
import { warningsIn } from './warning-header.ts'

/** A list is the same name several times. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Query | undefined
  /** Sent as JSON; of a PATCH it is what the object is to be (server-side apply). */
  readonly body?: unknown
  readonly retry: RetryPolicy
  /** For one attempt, from when its credentials are there to the answer's last byte; without it 15 s. */
  readonly timeoutMs?: number
}

export interface ApiAnswer {
  /** The JSON value. */
  readonly body: unknown
  /** The server's clock, from the Date header; whole seconds. */
  readonly date: Date | undefined
  /** What the server warns of in `Warning` headers, one line each. */
  readonly warnings: readonly string[]
}

/**
 * Requests to one API server: JSON, authenticated, tried again where that is
 * safe. Throws `ApiError`, `ConnectionError`, an `ActionError` about the
 * credentials, or the signal's reason.
 */
export interface Api {
  /** host[:port], for messages. */
  readonly server: string
  call(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer>
  /** The answer's body as it comes, without any limit of time; tried once. */
  stream(path: string, query: Query, signal: AbortSignal): Promise<IncomingMessage>
  /** What somebody else answers, whatever the status; tried once. */
  pass(request: PassedRequest, signal: AbortSignal): Promise<PassedAnswer>
  /** Attaches to a container's standard input; tried once. Refusals may come through the channel. */
  attach(path: string, query: Query, signal: AbortSignal): Promise<StdinChannel>
  /** Begins a process in a container and tells what it prints; tried once. Refusals may come through the channel. */
  exec(path: string, query: Query, listener: Listener, signal: AbortSignal): Promise<ContainerChannel>
}

const TIMEOUT_MS = 15_000

/** A list of 500 nodes is some 10 MB; anything much larger is not an answer to what we ask. */
const MAX_BODY = 64 << 20

export function apiOver(
  transport: Transport,
  credentials: Credentials,
  server: URL,
  patience: Patience,
): Api {
  /** A plugin or an OIDC provider may take its time, and nobody who has given up waits for it. */
  const authenticated = (signal: AbortSignal): Promise<ConnectionOptions> =>
    unlessAborted(credentials.current(), signal)

  /** Credentials may expire in the middle of a build: refused once, they are made anew and tried once more. */
  async function send(exchange: Exchange, options: ConnectionOptions, signal: AbortSignal): Promise<Answer> {
    const answer = await transport.send(exchange, options, signal)
    if (answer.status !== 401) return answer
    answer.body.resume()
    credentials.renew(options)
    return transport.send(exchange, await authenticated(signal), signal)
  }

  async function once(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    const timeoutMs = request.timeoutMs ?? TIMEOUT_MS
    // Before the time runs: the server is not to blame for what credentials take.
    const options = await authenticated(signal)
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(new ConnectionError('ETIMEDOUT')), timeoutMs)
    try {
      const exchange: Exchange = {
        method: request.method,
        path: withQuery(request.path, request.query),
        body: request.body === undefined ? undefined : JSON.stringify(request.body),
        timeoutMs,
      }
      const answer = await send(exchange, options, AbortSignal.any([signal, late.signal]))
      const text = await readText(answer.body)
      const body = parseJson(text)
      if (answer.status >= 300) throw apiError(answer, body)
      // A proxy may end in good order what its other side has cut.
      if (body === undefined && text.startsWith('{')) throw new ConnectionError('ECONNRESET')
      return { body, date: dateOf(answer), warnings: warningsIn(answer.headers.warning) }
    } catch (error) {
      // An abort in the middle of the body looks like a cut one.
      signal.throwIfAborted()
      throw late.signal.aborted ? late.signal.reason : error
    } finally {
      clearTimeout(timer)
    }
  }

  /** A WebSocket as what `make` makes of it and of the messages that have come by then. */
  async function connected<T>(
    path: string,
    query: Query,
    signal: AbortSignal,
    make: (socket: WebSocket, early: readonly Buffer[]) => T,
  ): Promise<T> {
    const early: Buffer[] = []
    let isEarly = true
    let used: ConnectionOptions | undefined
    const open = async (): Promise<WebSocket> => {
      used = await authenticated(signal)
      return transport.connect(
        {
          path: withQuery(path, query),
          protocols: PROTOCOLS,
          timeoutMs: TIMEOUT_MS,
          onMessage: (data) => {
            if (isEarly) early.push(data)
          },
        },
        used,
        signal,
      )
    }
    const socket = await open().catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 401 || used === undefined) throw error
      credentials.renew(used)
      return open()
    })
    isEarly = false
    return make(socket, early)
  }

  async function passOn(request: PassedRequest, signal: AbortSignal): Promise<PassedAnswer> {
    const exchange: Exchange = { ...request, timeoutMs: TIMEOUT_MS }
    const once = async (options: ConnectionOptions): Promise<PassedAnswer> => {
      const { status, headers, body } = await transport.send(exchange, options, signal)
      return { status, headers, body: await readBytes(body, request.longest) }
    }
    const options = await authenticated(signal)
    const answer = await once(options)
    // The other one's own 401 is no matter of ours.
    if (answer.status !== 401 || !isStatus(parseJson(answer.body.toString('utf8')))) return answer
    credentials.renew(options)
    return once(await authenticated(signal))
  }

  return {
    server: server.host,
    call: (request, signal) => withRetries(() => once(request, signal), request.retry, patience, signal),
    async stream(path, query, signal) {
      const answer = await send(
        { method: 'GET', path: withQuery(path, query), timeoutMs: TIMEOUT_MS },
        await authenticated(signal),
        signal,
      )
      if (answer.status < 300) return answer.body
      throw apiError(answer, parseJson(await readText(answer.body)))
    },
    pass: passOn,
    attach: (path, query, signal) =>
      connected(path, query, signal, (socket, early) => new StdinChannel(socket, early, patience.clock)),
    exec: (path, query, listener, signal) =>
      connected(
        path,
        query,
        signal,
        (socket, early) => new ContainerChannel(socket, early, patience.clock, listener),
      ),
  }
}

/** What only the API server itself answers with. */
function isStatus(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status'
}

async function readText(body: IncomingMessage): Promise<string> {
  return (await readBytes(body, MAX_BODY)).toString('utf8')
}

async function readBytes(body: IncomingMessage, longest: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size > longest) throw new ConnectionError('UNKNOWN')
    }
  } catch (error) {
    throw connectionError(error)
  }
  return Buffer.concat(chunks)
}

function apiError(answer: Answer, body: unknown): ApiError {
  return new ApiError({ status: answer.status, body, retryAfter: answer.headers['retry-after'] })
}

function dateOf(answer: Answer): Date | undefined {
  const time = Date.parse(answer.headers.date ?? '')
  return Number.isNaN(time) ? undefined : new Date(time)
}

function withQuery(path: string, query: Query = {}): string {
  const given = Object.entries(query).flatMap(([name, value = []]) =>
    (typeof value === 'string' ? [value] : value).map((one): [string, string] => [name, one]),
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`
}
