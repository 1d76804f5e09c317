import type { RequestOptions } from 'node:https'

import { KubeConfig } from '@kubernetes/client-node/dist/config.js'

import { execCredentials } from './exec-plugin.ts'
import { isRecord } from './json.ts'
import type { ClusterConfig } from './kubeconfig.ts'
import { kubeconfigProblem } from './kubeconfig-problem.ts'

/** What a request needs to be believed, and to believe the server. */
export interface ConnectionOptions {
  readonly tls: Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>
  readonly headers: Readonly<Record<string, string>>
  /** `user:password`, for HTTP's own authentication. */
  readonly basic: string | undefined
  /** The library's agent, where the kubeconfig has a `proxy-url`. */
  readonly proxyAgent: RequestOptions['agent']
}

export interface Credentials {
  /** As of now: renewed when they are about to expire. */
  current(): Promise<ConnectionOptions>
  /** Called when the server refused them: the next `current` gets them anew. */
  renew(): void
}

/**
 * Credentials by the client library's KubeConfig (certificates, tokens, token
 * files, OIDC, …), and by our own runner where a program hands them out.
 */
export function credentialsOf(config: ClusterConfig): Credentials {
  let kubeConfig = fresh(config)
  const exec = config.execPlugin ? execCredentials(config.execPlugin) : undefined
  return {
    async current() {
      const options: RequestOptions = {}
      try {
        await kubeConfig.applyToHTTPSOptions(options)
      } catch (error) {
        throw unusable(error)
      }
      const given = await exec?.current()
      return {
        tls: definedOnly({
          ca: options.ca,
          cert: given?.certificate ?? options.cert,
          key: given?.key ?? options.key,
          servername: options.servername,
          rejectUnauthorized: options.rejectUnauthorized,
        }),
        headers: {
          ...plainHeaders(options.headers),
          ...(given?.token === undefined ? {} : { Authorization: `Bearer ${given.token}` }),
        },
        basic: options.auth ?? undefined,
        proxyAgent: kubeConfig.getCurrentCluster()?.proxyUrl === undefined ? undefined : options.agent,
      }
    },
    renew() {
      exec?.forget()
      // Its authenticators keep tokens for as long as they live.
      kubeConfig = fresh(config)
    },
  }
}

function fresh(config: ClusterConfig): KubeConfig {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromString(config.minified)
  return kubeConfig
}

function plainHeaders(headers: RequestOptions['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name, String(value).trim()]),
  )
}

function definedOnly(options: ConnectionOptions['tls']): ConnectionOptions['tls'] {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function unusable(error: unknown): Error {
  const path = isRecord(error) && typeof error['path'] === 'string' ? error['path'] : undefined
  return path === undefined
    ? kubeconfigProblem('The credentials in the kubeconfig cannot be used.')
    : kubeconfigProblem(`The kubeconfig names the file ${path}, which cannot be read.`)
}
