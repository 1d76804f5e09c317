import type { RequestOptions } from 'node:https'

import { KubeConfig } from '@kubernetes/client-node/dist/config.js'

import type { Clock } from '../clock.ts'
import { isRecord, parseJson } from './json.ts'
import { kubeconfigProblem } from './kubeconfig-problem.ts'
import { renewed } from './renewed.ts'

/** Signs in by the client library's KubeConfig: certificates, tokens, token files, OIDC, …. */
export interface SignIn {
  current(): Promise<RequestOptions>
  /** The server refused it: the next `current` begins anew. */
  forget(): void
}

/** `minified`: a kubeconfig of one context, as JSON. */
export function librarySignIn(minified: string, clock: Pick<Clock, 'now'>): SignIn {
  let kubeConfig = load(minified)
  const provider: unknown = kubeConfig.getCurrentUser()?.authProvider
  if (isRecord(provider) && provider['name'] === 'oidc') return oidcSignIn(kubeConfig, clock)
  return {
    current: () => applied(kubeConfig),
    // Its authenticators keep tokens for as long as they live.
    forget: () => (kubeConfig = load(minified)),
  }
}

/**
 * The library asks the OIDC provider anew for every request once it has done so (it
 * takes the new token's lifetime for its end), and several times at once, where the
 * second use of a refresh token may end the session. So it is asked once, when the
 * token is about to end. It keeps the refresh token that it was given last.
 */
function oidcSignIn(kubeConfig: KubeConfig, clock: Pick<Clock, 'now'>): SignIn {
  return renewed(async () => {
    const value = await applied(kubeConfig)
    const ends = endOf(value.headers)
    return { value, lifetimeMs: ends === undefined ? undefined : ends - Date.now() }
  }, clock)
}

/** `exp` of a bearer token that is a JWT, in milliseconds since 1970. */
function endOf(headers: unknown): number | undefined {
  const authorization = isRecord(headers) ? headers['Authorization'] : undefined
  const [, payload = ''] = typeof authorization === 'string' ? authorization.split('.') : []
  const claims = parseJson(Buffer.from(payload, 'base64url').toString('utf8'))
  const end = isRecord(claims) ? claims['exp'] : undefined
  return typeof end === 'number' ? end * 1000 : undefined
}

async function applied(kubeConfig: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {}
  try {
    await kubeConfig.applyToHTTPSOptions(options)
  } catch (error) {
    throw unusable(error)
  }
  return options
}

function load(minified: string): KubeConfig {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromString(minified)
  return kubeConfig
}

function unusable(error: unknown): Error {
  const path = isRecord(error) && typeof error['path'] === 'string' ? error['path'] : undefined
  return path === undefined
    ? kubeconfigProblem('The credentials in the kubeconfig cannot be used.')
    : kubeconfigProblem(
        `The credentials need the file ${path}, which cannot be read.`,
        'In a kubeconfig that is a secret, `…-data` fields and `token` take the place of files (kubectl config view --raw --minify --flatten).',
        'In a pod, it is there unless `automountServiceAccountToken` is false.',
      )
}
