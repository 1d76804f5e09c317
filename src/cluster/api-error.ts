import type { Proxy } from '../proxy/proxy-for.ts'
import { isRecord } from './json.ts'

/** An answer of the API server that is not a success. `message` is the server's own sentence, if it sent one. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** HTTP status. */
  readonly status: number
  /** `reason` of the Kubernetes Status object, as in `AlreadyExists`; empty if there was none. */
  readonly reason: string
  /** `details.causes[].reason`, as in `NamespaceTerminating`. */
  readonly causes: readonly string[]
  /** What the Retry-After header asks for, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(answer: {
    readonly status: number
    readonly body: unknown
    readonly retryAfter?: string | undefined
  }) {
    const status = isRecord(answer.body) ? answer.body : {}
    super(oneLine(typeof status['message'] === 'string' ? status['message'] : ''))
    this.status = answer.status
    this.reason = typeof status['reason'] === 'string' ? status['reason'] : ''
    this.causes = causeReasons(status['details'])
    this.retryAfterMs = parseRetryAfter(answer.retryAfter)
  }
}

/** No answer: the connection could not be made, or broke. `code` is Node's or OpenSSL's. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly code: string
  /** The proxy that the connection was to go through. */
  readonly proxy: Proxy | undefined
  /** The HTTP status by which the proxy refused it. */
  readonly proxyStatus: number | undefined

  constructor(
    code: string,
    options: {
      readonly cause?: unknown
      readonly proxy?: Proxy | undefined
      readonly proxyStatus?: number | undefined
    } = {},
  ) {
    super(code, options)
    this.code = code
    this.proxy = options.proxy
    this.proxyStatus = options.proxyStatus
  }
}

/** What Node calls an error, or `UNKNOWN`; `socket hang up` and a cut body are resets like any other. */
export function connectionError(error: unknown): ConnectionError {
  if (error instanceof ConnectionError) return error
  const code = isRecord(error) && typeof error['code'] === 'string' ? error['code'] : 'UNKNOWN'
  return new ConnectionError(code, { cause: error })
}

/** The same, where the connection was to go through a proxy. */
export function throughProxy(error: unknown, proxy: Proxy | undefined): ConnectionError {
  const { code } = connectionError(error)
  if (proxy === undefined) return connectionError(error)
  const status = isRecord(error) && error['statusCode']
  return new ConnectionError(code, {
    cause: error,
    proxy,
    proxyStatus: typeof status === 'number' ? status : undefined,
  })
}

/** An in-stream Status object (a watch's ERROR event) as the error it stands for. */
export function errorInStream(status: unknown): ApiError {
  const code = isRecord(status) && typeof status['code'] === 'number' ? status['code'] : 500
  return new ApiError({ status: code, body: status })
}

function causeReasons(details: unknown): readonly string[] {
  if (!isRecord(details) || !Array.isArray(details['causes'])) return []
  return details['causes'].flatMap((cause: unknown) =>
    isRecord(cause) && typeof cause['reason'] === 'string' ? [cause['reason']] : [],
  )
}

function parseRetryAfter(header: string | undefined): number | undefined {
  const seconds = header === undefined ? NaN : Number(header)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}

/** The server's words go into our sentences: one line, no control characters, no page of them. */
export function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
  return line.length > 600 ? `${line.slice(0, 600)}…` : line
}
