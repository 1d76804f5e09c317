/** What goes wrong with one request. */
export type Fault =
  /** Refused with a Status object. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly reason?: string
      readonly message?: string
      /** Value of the Retry-After header, in seconds. */
      readonly retryAfter?: number
      readonly causes?: readonly string[]
    }
  /** The server does and answers everything, with these texts in `Warning` headers. */
  | { readonly kind: 'warned'; readonly warnings: readonly string[] }
  /** The connection breaks before the server has done anything. */
  | { readonly kind: 'reset' }
  /** The server does what was asked; its answer is lost. */
  | { readonly kind: 'lost-answer' }
  /** Nothing is ever answered. */
  | { readonly kind: 'hang' }
  /** The server takes its time: it does and answers everything, but not before this. */
  | { readonly kind: 'held'; readonly until: Promise<unknown> }
  /** The connection breaks after so many bytes of the answer. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The connection breaks within the first character that has several bytes. */
  | { readonly kind: 'cut-in-character' }
  /** A stream ends in order, but too early, after so many bytes. */
  | { readonly kind: 'end'; readonly afterBytes: number }
  /** A stream begins, and then is silent although things happen: the other end of the connection is gone. */
  | { readonly kind: 'half-open' }
  /** A watch that tells in the stream that its version is too old. */
  | { readonly kind: 'expired' }

/** Which requests; what is left out matches any. */
export interface Match {
  readonly method?: string
  readonly path?: RegExp
  readonly watch?: boolean
  readonly follow?: boolean
}

export interface Matchable {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
}

/** Faults that wait for their requests. */
export class Faults {
  #waiting: { readonly match: Match; readonly fault: Fault; left: number }[] = []

  add(match: Match, fault: Fault, times: number): void {
    this.#waiting.push({ match, fault, left: times })
  }

  clear(): void {
    this.#waiting = []
  }

  /** The fault for this request, used up by it. */
  take(request: Matchable): Fault | undefined {
    const found = this.#waiting.find(({ match, left }) => left > 0 && matches(match, request))
    if (found) found.left--
    return found?.fault
  }
}

function matches(match: Match, { method, path, query }: Matchable): boolean {
  return (
    (match.method === undefined || match.method === method) &&
    (match.path === undefined || match.path.test(path)) &&
    (match.watch === undefined || match.watch === query.has('watch')) &&
    (match.follow === undefined || match.follow === query.has('follow'))
  )
}
