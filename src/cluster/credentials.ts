import type { RequestOptions } from 'node:https'

import type { Clock } from '../clock.ts'
import { execCredentials } from './exec-plugin.ts'
import type { ClusterConfig } from './kubeconfig.ts'
import { librarySignIn } from './library-sign-in.ts'

/** What a request needs to be believed, and to believe the server. */
export interface ConnectionOptions {
  readonly tls: Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>
  readonly headers: Readonly<Record<string, string>>
  /** `user:password`, for HTTP's own authentication. */
  readonly basic: string | undefined
  /** The library's agent, where a proxy of SOCKS is on the way. */
  readonly proxyAgent: RequestOptions['agent']
}

export interface Credentials {
  /** As of now: renewed when they are about to expire. */
  current(): Promise<ConnectionOptions>
  /**
   * Called when the server refused what `current` gave: its next call gets them
   * anew, unless that has been done since: of many requests under way, all are refused.
   */
  renew(refused: ConnectionOptions): void
}

/**
 * Credentials by the client library's KubeConfig (certificates, tokens, token
 * files, OIDC, …), and by our own runner where a program hands them out.
 */
export function credentialsOf(config: ClusterConfig, clock: Pick<Clock, 'now'>): Credentials {
  const library = librarySignIn(config.minified, clock)
  const exec = config.execPlugin ? execCredentials(config.execPlugin, clock) : undefined
  const isSocks = config.minified.includes('"proxy-url"')
  let latest: ConnectionOptions | undefined
  return {
    async current() {
      const [options, given] = await Promise.all([library.current(), exec?.current()])
      latest = {
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
        proxyAgent: isSocks ? options.agent : undefined,
      }
      return latest
    },
    renew(refused) {
      if (latest !== undefined && !areSame(refused, latest)) return
      exec?.forget()
      library.forget()
    },
  }
}

function areSame(one: ConnectionOptions, other: ConnectionOptions): boolean {
  return (
    one.headers['Authorization'] === other.headers['Authorization'] &&
    String(one.tls.cert) === String(other.tls.cert)
  )
}

function plainHeaders(headers: RequestOptions['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name, String(value).trim()]),
  )
}

function definedOnly(options: ConnectionOptions['tls']): ConnectionOptions['tls'] {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
