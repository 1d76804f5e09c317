import { UnusableProxy } from '../proxy/proxy-for.ts'

/** Thrown where a registry gives no usable answer; `reason` stands after the registry's name and a colon. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly reason: string

  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

/** An error of node's networking, in words. */
export function noAnswer(error: unknown): NoAnswer {
  if (error instanceof NoAnswer) return error
  if (error instanceof UnusableProxy) return new NoAnswer(error.message)
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  if (CERTIFICATE.test(code)) return new NoAnswer(`this runner does not trust its certificate (${code})`)
  return new NoAnswer(WORDS[code] ?? `the connection failed${code === '' ? '' : ` (${code})`}`)
}

/** OpenSSL's verdicts on certificates, as node names them. */
const CERTIFICATE = /CERT|UNABLE_TO_|HOSTNAME_MISMATCH/

/** Sources: errno(3), node's documentation of dns and tls. */
const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'this runner does not know its name',
  EAI_AGAIN: 'this runner could not look up its name',
  ECONNREFUSED: 'nothing answers this runner there',
  ETIMEDOUT: 'this runner does not reach it',
  EHOSTUNREACH: 'this runner does not reach it',
  ENETUNREACH: 'this runner does not reach it',
  ECONNRESET: 'it cut the connection',
  EPROTO: 'it does not speak TLS',
  ERR_PROXY_TUNNEL: 'the proxy on the way to it lets nothing through',
}
