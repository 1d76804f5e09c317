import * as http from 'node:http'
import * as https from 'node:https'

import type { Proxy } from './proxy-for.ts'

/**
 * An agent for requests of one protocol, through a proxy of HTTP or HTTPS, or through
 * none. https:// goes through a tunnel (CONNECT). A tunnel that the proxy refuses is
 * an error of the code `ERR_PROXY_TUNNEL` with its `statusCode`.
 */
export function agentThrough(
  protocol: string,
  proxy: Proxy | undefined,
  options: https.AgentOptions,
): http.Agent {
  // What is excepted has been decided: node is told of no exceptions.
  const way =
    proxy === undefined ? {} : { proxyEnv: { http_proxy: proxy.url.href, https_proxy: proxy.url.href } }
  return protocol === 'http:' || protocol === 'ws:'
    ? new http.Agent({ ...options, ...way })
    : new https.Agent({ ...options, ...way })
}
