import { BlockList, isIP } from 'node:net'

/** A proxy that a program of this machine is to use. */
export interface Proxy {
  /** Of the protocol `http:`, `https:` or one of SOCKS; may hold a user and a password. */
  readonly url: URL
  /** Who says so, for messages: `$HTTPS_PROXY`. */
  readonly from: string
}

/** A variable names a proxy in a way that cannot be understood. Its value is not quoted: it may hold a password. */
export class UnusableProxy extends Error {
  override readonly name = 'UnusableProxy'
  readonly from: string

  constructor(from: string) {
    super(`${from} is no address of a proxy`)
    this.from = from
  }
}

const PROTOCOLS: readonly string[] = [
  'http:',
  'https:',
  'socks:',
  'socks4:',
  'socks4a:',
  'socks5:',
  'socks5h:',
]

/**
 * The proxy for requests to `target` by HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as
 * kubectl and all programs in Go have them (golang.org/x/net/http/httpproxy);
 * undefined: none. Node's own reading of NO_PROXY knows neither `acme.example` for
 * its subdomains nor `10.0.0.0/8`, which is how clusters are named there.
 * Throws `UnusableProxy`.
 */
export function proxyFor(
  target: URL,
  environment: Readonly<Record<string, string | undefined>>,
): Proxy | undefined {
  const kind = target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const name = [kind, kind.toLowerCase()].find((spelling) => (environment[spelling] ?? '').trim() !== '')
  if (name === undefined) return undefined
  const exceptions = environment['NO_PROXY'] || environment['no_proxy'] || ''
  return isException(target, exceptions) ? undefined : parseProxy(environment[name] ?? '', `$${name}`)
}

/** An address as variables have it, `proxy.acme.example:3128`, or a whole URL. Throws `UnusableProxy`. */
export function parseProxy(value: string, from: string): Proxy {
  const text = value.trim()
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  if (url === null || !PROTOCOLS.includes(url.protocol) || url.hostname === '') throw new UnusableProxy(from)
  try {
    decodeURIComponent(url.username + url.password)
  } catch {
    throw new UnusableProxy(from)
  }
  return { url, from }
}

/** The proxy's host[:port], without user and password. */
export function hostOf({ url }: Proxy): string {
  return url.host
}

/** What of the proxy's address is secret: the password, as it is written, as it is, and as it is sent. */
export function secretsOfProxy({ url }: Proxy): readonly string[] {
  if (url.password === '') return []
  const password = decodeURIComponent(url.password)
  const sent = Buffer.from(`${decodeURIComponent(url.username)}:${password}`).toString('base64')
  return [url.password, password, sent]
}

function isException(target: URL, exceptions: string): boolean {
  const host = target.hostname.toLowerCase().replace(/^\[|\]$/g, '')
  const port = target.port || (target.protocol === 'https:' ? '443' : '80')
  if (host === 'localhost' || isLoopback(host)) return true
  return exceptions
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && isMeant(entry, host, port))
}

function isMeant(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  if (entry.includes('/')) return isWithin(entry, host)
  const { name, onlyPort } = divided(entry)
  if (onlyPort !== undefined && onlyPort !== port) return false
  if (isIP(name) !== 0 || isIP(host) !== 0) return isIP(name) !== 0 && isWithin(name, host)
  const suffix = name.startsWith('*.') ? name.slice(1) : name
  // `.acme.example` means what is below it, `acme.example` itself as well.
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`)
}

/** `name`, `name:port`, `fd00::1`, `[fd00::1]:port`. */
function divided(entry: string): { readonly name: string; readonly onlyPort: string | undefined } {
  if (isIP(entry) !== 0) return { name: entry, onlyPort: undefined }
  const [, name = entry, port] = /^(.+?)(?::(\d+))?$/.exec(entry) ?? []
  return { name: name.replace(/^\[|\]$/g, ''), onlyPort: port }
}

/** Whether an address is in a range, `10.0.0.0/8`, or the one that is named. */
function isWithin(range: string, host: string): boolean {
  const [address = '', length] = range.split('/')
  const family = isIP(address)
  if (family === 0 || isIP(host) !== family) return false
  const bits = length === undefined ? (family === 4 ? 32 : 128) : Number(length)
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128)) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(address, bits, type)
  return list.check(host, type)
}

const isLoopback = (host: string): boolean => isWithin('127.0.0.0/8', host) || isWithin('::1', host)
