import { ActionError } from '../failure/failure.ts'
import { parseProxy, proxyFor, UnusableProxy } from '../proxy/proxy-for.ts'
import type { Proxy } from '../proxy/proxy-for.ts'
import type { Named } from './kubeconfig-document.ts'

/**
 * The proxy on the way to the API server: the kubeconfig's `proxy-url`, for which
 * NO_PROXY does not count, or what the environment says. As kubectl. Throws
 * ActionError for one that cannot be understood, without quoting it.
 */
export function chooseProxy(
  cluster: Named,
  server: URL,
  environment: Readonly<Record<string, string | undefined>>,
): Proxy | undefined {
  const own = cluster.fields['proxy-url']
  try {
    if (typeof own === 'string' && own !== '') return parseProxy(own, "the kubeconfig's `proxy-url`")
    return proxyFor(server, environment)
  } catch (error) {
    if (error instanceof UnusableProxy) throw unusable(error)
    throw error
  }
}

function unusable({ from }: UnusableProxy): ActionError {
  return new ActionError({
    code: 'cluster-unreachable',
    headline: `The cluster is to be reached through a proxy, and ${from} is no address of one.`,
    details: [],
    cures: [
      'It has the form http://HOST:PORT, with a user http://USER:PASSWORD@HOST:PORT, both escaped as in URLs.',
    ],
  })
}
