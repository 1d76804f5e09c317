import { dirname, join } from 'node:path'

import type { Plugin } from 'esbuild'

/**
 * Leaves out of the bundle what loading a kubeconfig does not need, so that
 * the action starts in tens of milliseconds instead of hundreds.
 *
 * client-node's `config.js` also makes typed API clients: for that it loads
 * every model of Kubernetes (4 MB) and undici. We send plain JSON over our own
 * connections, so those are replaced by stubs that are never called. Its
 * sign-ins by Azure and GCP are loaded when a kubeconfig first asks for them; its
 * own by OIDC never (src/cluster/oidc-tokens.ts), as @actions/core's OIDC client,
 * with an undici of its own.
 */
export const slimClient: Plugin = {
  name: 'slim-client',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, importer }) => {
      const owner = /\/node_modules\/(@kubernetes\/client-node|@actions\/core)\//.exec(importer)?.[1]
      if (owner === undefined) return undefined
      if (owner in STUBS && path in (STUBS[owner] ?? {})) {
        return { path: `${owner} ${path}`, namespace: 'stub' }
      }
      const signIn = SIGN_INS[path]
      if (signIn === undefined || !importer.endsWith('/config.js')) return undefined
      return { path, namespace: 'sign-in', pluginData: { file: join(dirname(importer), path), ...signIn } }
    })
    build.onLoad({ filter: /./, namespace: 'stub' }, ({ path }) => {
      const [owner = '', module = ''] = path.split(' ')
      return { contents: STUBS[owner]?.[module] ?? '', loader: 'js' }
    })
    build.onLoad({ filter: /./, namespace: 'sign-in' }, ({ pluginData }) => {
      const { file, provider, className } = pluginData as SignIn & { file: string }
      return {
        contents: signInAtFirstUse(file, provider, className),
        loader: 'js',
        resolveDir: dirname(file),
      }
    })
  },
}

/** Modules that are never called in this action, by package and import path. */
const STUBS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '@kubernetes/client-node': {
    './gen/index.js': 'export const createConfiguration = undefined, ServerConfiguration = undefined',
    './middleware.js': 'export const setHeaderMiddleware = undefined',
    './oidc_auth.js': 'export class OpenIDConnectAuth { isAuthProvider() { return false } }',
    undici: 'export const Agent = undefined, ProxyAgent = undefined',
  },
  '@actions/core': { './oidc-utils.js': 'export const OidcClient = undefined' },
}

interface SignIn {
  /** `authProvider.name` in a kubeconfig. */
  readonly provider: string
  readonly className: string
}

const SIGN_INS: Readonly<Record<string, SignIn>> = {
  './azure_auth.js': { provider: 'azure', className: 'AzureAuth' },
  './gcp_auth.js': { provider: 'gcp', className: 'GoogleCloudPlatformAuth' },
}

/** A class that answers as the real one does, and loads it when it is first asked to sign in. */
function signInAtFirstUse(file: string, provider: string, className: string): string {
  return `
    export class ${className} {
      isAuthProvider(user) { return user?.authProvider?.name === ${JSON.stringify(provider)} }
      async applyAuthentication(user, options) {
        this.real ??= new (await import(${JSON.stringify(file)})).${className}()
        return this.real.applyAuthentication(user, options)
      }
    }`
}
