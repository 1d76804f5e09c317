import type { OutgoingHttpHeaders } from 'node:http'
import type { RequestOptions } from 'node:https'

import { KubeConfig } from '@kubernetes/client-node/dist/config.js'

import type { Clock } from '../clock.ts'
import { isRecord } from './json.ts'
import { kubeconfigProblem } from './kubeconfig-problem.ts'
import { oidcTokens } from './oidc-tokens.ts'

/** Signs in by the client library's KubeConfig: certificates, tokens, token files, …. */
export interface SignIn {
  current(): Promise<RequestOptions>
  /** The server refused it: the next `current` begins anew. */
  forget(): void
}

/** `minified`: a kubeconfig of one context, as JSON. */
export function librarySignIn(minified: string, clock: Pick<Clock, 'now'>): SignIn {
  let kubeConfig = load(minified)
  const provider: unknown = kubeConfig.getCurrentUser()?.authProvider
  if (isRecord(provider) && provider['name'] === 'oidc') {
    return oidcSignIn(minified, provider['config'], clock)
  }
  return {
    current: () => applied(kubeConfig),
    // Its authenticators keep tokens for as long as they live.
    forget: () => (kubeConfig = load(minified)),
  }
}

/** The library's part without the provider, and the provider's token. */
function oidcSignIn(minified: string, fields: unknown, clock: Pick<Clock, 'now'>): SignIn {
  const kubeConfig = load(JSON.stringify(JSON.parse(minified), withoutProvider))
  const tokens = oidcTokens(fields, clock)
  return {
    async current() {
      const [options, token] = await Promise.all([applied(kubeConfig), tokens.current()])
      return { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } }
    },
    forget: tokens.forget,
  }
}

const withoutProvider = (key: string, value: unknown): unknown =>
  key === 'auth-provider' ? undefined : value

/** Headers by their names. */
type Options = Omit<RequestOptions, 'headers'> & { readonly headers?: OutgoingHttpHeaders }

async function applied(kubeConfig: KubeConfig): Promise<Options> {
  const options: Options = {}
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
