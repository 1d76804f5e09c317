import type { Failure } from '../failure/failure.ts'
import { hostOf } from '../proxy/proxy-for.ts'
import type { Proxy } from '../proxy/proxy-for.ts'

/**
 * A connection to `server` (host[:port]) that a proxy refused with an HTTP status,
 * or that failed on the way through it; `why` is a clause. Never quotes the
 * proxy's user and password.
 */
export function explainProxy(proxy: Proxy, status: number | undefined, why: string, server: string): Failure {
  const host = hostOf(proxy)
  const named = `${host} (${proxy.from})`
  const goRound = `If this runner reaches the cluster without a proxy, add ${hostname(server)} to NO_PROXY.`
  const failure = (headline: string, ...cures: readonly string[]): Failure => ({
    code: 'cluster-unreachable',
    headline,
    details: [],
    cures: [...cures, proxy.from.startsWith('$') ? goRound : 'Or take `proxy-url` out of the kubeconfig.'],
  })
  if (status === 407) {
    return proxy.url.username === ''
      ? failure(
          `The proxy ${named} wants to know who asks for the cluster at ${server} (407).`,
          `Give it a user and a password in ${proxy.from}: http://USER:PASSWORD@${host}, both escaped as in URLs. Only Basic is known.`,
        )
      : failure(
          `The proxy ${named} does not accept its user and password (407).`,
          `Compare them with what is in ${proxy.from}; characters like @ and : must be escaped as in URLs.`,
        )
  }
  if (status === 403 || status === 401) {
    return failure(
      `The proxy ${named} lets nobody connect to the cluster at ${server} (${status}).`,
      'Ask who runs the proxy to allow CONNECT to this host and port.',
    )
  }
  if (status !== undefined && status >= 500) {
    return failure(
      `The proxy ${named} does not reach the cluster at ${server} (${status}).`,
      'Check the address in the kubeconfig, and that the proxy may reach it.',
    )
  }
  if (status !== undefined) {
    return failure(
      `The proxy ${named} answered ${status} to a CONNECT to the cluster at ${server}.`,
      'Check that it is a proxy for HTTPS (CONNECT), and that this is its port.',
    )
  }
  return failure(
    `The cluster at ${server} cannot be reached through the proxy ${named}: ${why.replace('ERR_PROXY_TUNNEL', 'it cut the connection')}.`,
    'Check the address of the proxy, and that this runner may reach it.',
  )
}

const hostname = (server: string): string => server.replace(/:\d+$/, '')
