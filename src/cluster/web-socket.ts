import type { IncomingMessage } from 'node:http'

import { WebSocket } from 'ws'

import { agentThrough } from '../proxy/agent-through.ts'
import type { Proxy } from '../proxy/proxy-for.ts'
import { ApiError, ConnectionError, throughProxy } from './api-error.ts'
import type { ConnectionOptions } from './credentials.ts'
import { parseJson } from './json.ts'

/** Of an answer that is no WebSocket, enough for a Status object. */
const MAX_ANSWER = 65_536

/** One WebSocket as it is asked for. */
export interface Upgrade {
  /** With its query. */
  readonly path: string
  /** Subprotocols, the best first. */
  readonly protocols: readonly string[]
  /** Until it is open. */
  readonly timeoutMs: number
  /** Told of every message, from the first: it may come with the answer. */
  readonly onMessage: (data: Buffer) => void
}

/**
 * Opens a WebSocket. Throws an `ApiError` for an answer that is none, a
 * `ConnectionError`, or the signal's reason.
 */
export function openWebSocket(
  url: URL,
  upgrade: Upgrade,
  options: ConnectionOptions,
  proxy: Proxy | undefined,
  signal: AbortSignal,
): Promise<WebSocket> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>()
  const socket = begin(url, upgrade, options, proxy)
  const abort = (): void => {
    reject(signal.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError'))
    socket.terminate()
  }
  signal.addEventListener('abort', abort, { once: true })
  socket.on('message', (data: Buffer) => upgrade.onMessage(data))
  socket.on('unexpected-response', (_request, answer: IncomingMessage) => {
    readAnswer(answer).catch(reject)
  })
  // Also later: without a listener an error would end the process; `close` tells of it.
  socket.on('error', (error) => reject(asConnectionError(error, proxy)))
  socket.on('open', () => resolve(socket))
  return promise.finally(() => signal.removeEventListener('abort', abort))
}

function begin(
  url: URL,
  { protocols, timeoutMs }: Upgrade,
  options: ConnectionOptions,
  proxy: Proxy | undefined,
): WebSocket {
  return new WebSocket(url, [...protocols], {
    headers: { ...options.headers, 'User-Agent': 'hybrid-kubernetes-build' },
    ...options.tls,
    ...(options.basic === undefined ? {} : { auth: options.basic }),
    // Not node's own, which keeps the connection of a refusal open for later requests, and this process with it.
    agent: options.proxyAgent || agentThrough(url.protocol, proxy, {}),
    handshakeTimeout: timeoutMs,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    // A mask protects from proxies that misread plain HTTP; what is masked with zeros need not be copied.
    generateMask: (mask) => void mask.fill(0),
  })
}

async function readAnswer(answer: IncomingMessage): Promise<never> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > MAX_ANSWER) break
  }
  throw new ApiError({
    status: answer.statusCode ?? 0,
    body: parseJson(Buffer.concat(chunks).toString('utf8')),
    retryAfter: answer.headers['retry-after'],
  })
}

function asConnectionError(error: Error, proxy: Proxy | undefined): ConnectionError {
  // ws has a sentence for it, and no code.
  return /handshake has timed out/.test(error.message)
    ? new ConnectionError('ETIMEDOUT', { cause: error, proxy })
    : throughProxy(error, proxy)
}
