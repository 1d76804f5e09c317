import { ApiError, ConnectionError } from './api-error.ts'

/** Connections that may well succeed a moment later: an API server that restarts, a resolver that hiccups. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'UND_ERR_SOCKET',
  'ERR_STREAM_PREMATURE_CLOSE',
  // A load balancer in front of a restarting API server closes in the middle of the handshake.
  'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
])

/**
 * Sentences of API errors that pass, after Argo Workflows' catalogue (util/errors/errors.go). The
 * first is the node's, with 404: a kubelet that has just started does not know its pods yet. Of a
 * pod that is gone the API server says: pods "app-1" not found.
 */
const PASSING_WORDS =
  /could not find the requested resource \( pods\/|operation cannot be fulfilled on resourcequota|resource quota evaluation timed out|etcdserver: (leader changed|request timed out|too many requests)|transport is closing|http2: client connection lost|TLS handshake timeout|connection reset by peer|unexpected EOF/i

/** Whether the same request may succeed if it is sent again. */
export function isTransient(error: unknown): boolean {
  // A proxy says 502 or 503 while what is behind it restarts.
  if (error instanceof ConnectionError)
    return PASSING_CODES.has(error.code) || (error.proxyStatus ?? 0) >= 500
  if (!(error instanceof ApiError)) return false
  return error.status === 429 || error.status >= 500 || PASSING_WORDS.test(error.message)
}
