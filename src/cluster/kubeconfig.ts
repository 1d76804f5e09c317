import { join } from 'node:path'

import type { Proxy } from '../proxy/proxy-for.ts'
import type { ClusterChoice } from '../request/build-request.ts'
import type { ExecPlugin } from './exec-plugin.ts'
import { isRecord } from './json.ts'
import { chooseContext, parseKubeconfigs } from './kubeconfig-document.ts'
import type { ChosenContext } from './kubeconfig-document.ts'
import { kubeconfigProblem } from './kubeconfig-problem.ts'
import { chooseProxy } from './choose-proxy.ts'
import { findKubeconfig } from './kubeconfig-source.ts'
import type { Machine } from './kubeconfig-source.ts'

/** Where the cluster is and who we are there: one context, ready for use. */
export interface ClusterConfig {
  readonly server: URL
  /** A kubeconfig with this one context, as JSON. */
  readonly minified: string
  /** The program that the user's credentials come from, if they do. */
  readonly execPlugin: ExecPlugin | undefined
  /** What all connections go through; where it is one of SOCKS the library's agent sees to it, by `minified`. */
  readonly proxy: Proxy | undefined
}

/**
 * Finds and checks the kubeconfig. Throws an `ActionError` of code
 * `kubeconfig` that says which of its many possible troubles it is.
 */
export async function loadClusterConfig(choice: ClusterChoice, machine: Machine): Promise<ClusterConfig> {
  const source = await findKubeconfig(choice.kubeconfig, machine)
  const chosen =
    source.kind === 'in-cluster'
      ? serviceAccount(source.server, machine)
      : chooseContext(parseKubeconfigs(source.texts), choice.kubeContext)
  const server = new URL(String(chosen.cluster.fields['server']))
  const proxy = chooseProxy(chosen.cluster, server, machine.environment)
  const isSocks = proxy?.url.protocol.startsWith('socks') === true
  return {
    server,
    minified: minified(chosen, isSocks ? proxy.url.href : undefined),
    execPlugin: execPlugin(chosen, machine),
    proxy: isSocks ? undefined : proxy,
  }
}

function serviceAccount(server: string, machine: Machine): ChosenContext {
  return {
    context: 'in-cluster',
    namespace: undefined,
    cluster: {
      name: 'in-cluster',
      fields: { server, 'certificate-authority': join(machine.serviceAccount, 'ca.crt') },
    },
    user: { name: 'in-cluster', fields: { tokenFile: join(machine.serviceAccount, 'token') } },
  }
}

/** Without `exec`: our own runner of credential plugins takes its place (see exec-plugin.ts). */
function minified({ context, cluster, user }: ChosenContext, socksProxy: string | undefined): string {
  const { tokenFile, 'token-file': otherTokenFile, ...others } = user.fields
  const fields = { ...others, exec: undefined }
  const file = tokenFile ?? otherTokenFile
  // The library reads a token file again every minute only by way of `auth-provider`.
  const provider =
    file === undefined ? {} : { 'auth-provider': { name: 'tokenFile', config: { tokenFile: file } } }
  return printed({
    clusters: [{ name: cluster.name, cluster: { ...cluster.fields, 'proxy-url': socksProxy } }],
    users: [{ name: user.name, user: { ...fields, ...provider } }],
    contexts: [{ name: context, context: { cluster: cluster.name, user: user.name } }],
    'current-context': context,
  })
}

/** An alias of YAML can stand inside of what it names; JSON has no words for that. */
function printed(kubeconfig: object): string {
  try {
    return JSON.stringify(kubeconfig)
  } catch {
    throw kubeconfigProblem(
      'The kubeconfig holds itself: an alias in it (`*name`) stands inside of what it names (`&name`).',
    )
  }
}

function execPlugin({ cluster, user }: ChosenContext, machine: Machine): ExecPlugin | undefined {
  const exec = user.fields['exec']
  if (exec === undefined || exec === null) return undefined
  if (!isRecord(exec) || typeof exec['command'] !== 'string' || exec['command'] === '') {
    throw kubeconfigProblem(`The user "${user.name}" in the kubeconfig has an \`exec\` without a command.`)
  }
  if (exec['interactiveMode'] === 'Always') {
    throw kubeconfigProblem(
      `The kubeconfig's credential plugin "${exec['command']}" asks a person (\`interactiveMode: Always\`), and nobody is there.`,
      'Use a kubeconfig whose credentials need nobody: a service account token, or a plugin that signs in by itself.',
    )
  }
  const args: readonly unknown[] = Array.isArray(exec['args']) ? exec['args'] : []
  if (args.some((arg) => typeof arg === 'object' && arg !== null)) {
    throw kubeconfigProblem(
      `The user "${user.name}" in the kubeconfig has an \`exec\` with an argument that is no text.`,
    )
  }
  return {
    command: exec['command'],
    args: args.map(String),
    environment: { ...machine.environment, ...ownVariables(exec['env']) },
    apiVersion:
      typeof exec['apiVersion'] === 'string' ? exec['apiVersion'] : 'client.authentication.k8s.io/v1',
    cluster: exec['provideClusterInfo'] === true ? cluster.fields : undefined,
    installHint: typeof exec['installHint'] === 'string' ? exec['installHint'] : undefined,
    directory: machine.workspace,
  }
}

function ownVariables(list: unknown): Readonly<Record<string, string>> {
  if (!Array.isArray(list)) return {}
  return Object.fromEntries(
    list.flatMap((entry: unknown) =>
      isRecord(entry) && typeof entry['name'] === 'string' && typeof entry['value'] === 'string'
        ? [[entry['name'], entry['value']] as const]
        : [],
    ),
  )
}
