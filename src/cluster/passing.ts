import type { IncomingHttpHeaders } from 'node:http'

/** A question that the API server passes on to somebody else. */
export interface PassedRequest {
  readonly method: 'GET' | 'PUT'
  /** At the API server, with its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Bytes of the answer's body; a larger one is an error. */
  readonly longest: number
  /** Undefined: none. */
  readonly body?: string | undefined
}

/** The other one's answer, whole; or the API server's, where it does not pass the question on. */
export interface PassedAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}
