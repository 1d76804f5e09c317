import * as http from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import * as https from 'node:https'

import type { WebSocket } from 'ws'

import { agentThrough } from '../proxy/agent-through.ts'
import type { Proxy } from '../proxy/proxy-for.ts'
import { ConnectionError, throughProxy } from './api-error.ts'
import type { ConnectionOptions } from './credentials.ts'
import { openWebSocket } from './web-socket.ts'
import type { Upgrade } from './web-socket.ts'

/** One request as it goes over the wire. */
export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly body?: string | undefined
  /** Besides those that every request has. */
  readonly headers?: Readonly<Record<string, string>>
  /** Until the answer's headers are there; a server that is not reached at all is given up sooner. */
  readonly timeoutMs: number
}

/** The beginning of an answer; its body is still on the way. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: IncomingMessage
}

export interface Transport {
  /** Throws a `ConnectionError`, or the signal's reason. The signal also ends the body. */
  send(exchange: Exchange, options: ConnectionOptions, signal: AbortSignal): Promise<Answer>
  /** Opens a WebSocket on a connection of its own: see `openWebSocket`. */
  connect(upgrade: Upgrade, options: ConnectionOptions, signal: AbortSignal): Promise<WebSocket>
  close(): void
}

/** Streams that are silent for long (a watch, a log) are found dead by TCP, not by the next load balancer's timeout. */
const KEEP_ALIVE_MS = 30_000

/**
 * Until there is a TCP connection, in milliseconds. One that is there is worth
 * more patience: a server, or a runner, that has a hundred builds at once may
 * take seconds for a TLS handshake; an address where nobody is never answers.
 */
const CONNECT_MS = 8_000

/**
 * HTTP over one pool of connections that stay open: a TLS handshake costs
 * 20 ms and the library's client makes one for every request. `proxy`: of HTTP or HTTPS.
 */
export function openTransport(server: URL, proxy?: Proxy, connectMs = CONNECT_MS): Transport {
  const isPlain = server.protocol === 'http:'
  const pool = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS, maxFreeSockets: 8 }
  const agent = agentThrough(server.protocol, proxy, pool)
  const base = server.pathname.replace(/\/$/, '')
  return {
    send(exchange, options, signal) {
      signal.throwIfAborted()
      // Node's pool is keyed by the TLS options: renewed certificates get connections of their own.
      const request = {
        protocol: server.protocol,
        hostname: server.hostname.replace(/^\[|\]$/g, ''),
        ...(server.port === '' ? {} : { port: server.port }),
        method: exchange.method,
        path: base + exchange.path,
        headers: headersOf(exchange, options),
        agent: options.proxyAgent ?? agent,
        ...options.tls,
        ...(options.basic === undefined ? {} : { auth: options.basic }),
      }
      const limits = { connectMs, answerMs: exchange.timeoutMs }
      return answered(() => (isPlain ? http : https).request(request), exchange, limits, proxy, signal)
    },
    connect(upgrade, options, signal) {
      const url = new URL(base + upgrade.path, server)
      url.protocol = isPlain ? 'ws:' : 'wss:'
      return openWebSocket(url, upgrade, options, proxy, signal)
    },
    close: () => agent.destroy(),
  }
}

function headersOf(exchange: Exchange, options: ConnectionOptions): Record<string, string> {
  return {
    ...options.headers,
    Accept: 'application/json',
    'User-Agent': 'hybrid-kubernetes-build',
    ...(exchange.body === undefined
      ? {}
      : {
          'Content-Type': contentType(exchange),
          'Content-Length': String(Buffer.byteLength(exchange.body)),
        }),
    ...exchange.headers,
  }
}

/** A patch is always an apply, whose YAML may be JSON. */
const contentType = ({ method }: Exchange): string =>
  method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json'

function answered(
  begin: () => http.ClientRequest,
  exchange: Exchange,
  limits: { readonly connectMs: number; readonly answerMs: number },
  proxy: Proxy | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  let request: http.ClientRequest
  try {
    request = begin()
  } catch (error) {
    return Promise.reject(throughProxy(error, proxy))
  }
  const giveUp = (): void => void request.destroy(new ConnectionError('ETIMEDOUT'))
  const late = setTimeout(giveUp, limits.answerMs)
  let isReached = false
  // What has come meanwhile is seen first: a process that got no processor for so long finds both at once.
  const ifUnreached = (): void => void setImmediate(() => isReached || giveUp())
  const unreached = setTimeout(ifUnreached, limits.connectMs)
  const reached = (): void => {
    isReached = true
    clearTimeout(unreached)
  }
  const abort = (): void => void request.destroy(abortReason(signal))
  signal.addEventListener('abort', abort, { once: true })
  request.on('socket', (socket) => {
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    if (socket.pending) socket.once('connect', reached)
    else reached()
  })
  request.on('error', (error) => reject(signal.aborted ? abortReason(signal) : throughProxy(error, proxy)))
  request.on('response', (body) => {
    clearTimeout(late)
    // A cut body is told to whoever reads it; without a listener it would end the process.
    body.on('error', () => undefined)
    resolve({ status: body.statusCode ?? 0, headers: body.headers, body })
  })
  request.on('close', () => {
    clearTimeout(late)
    reached()
    signal.removeEventListener('abort', abort)
    reject(new ConnectionError('ECONNRESET'))
  })
  request.end(exchange.body)
  return promise
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError')
}
