import { execFile } from 'node:child_process'

import type { Clock } from '../clock.ts'
import { isRecord, parseJson } from './json.ts'
import { kubeconfigProblem } from './kubeconfig-problem.ts'
import { renewed } from './renewed.ts'
import type { Lasting, Renewed } from './renewed.ts'

/** A program that hands out credentials (aws, gke-gcloud-auth-plugin, kubelogin, …): `user.exec` of a kubeconfig. */
export interface ExecPlugin {
  readonly command: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly apiVersion: string
  /** What `provideClusterInfo` asks to be told. */
  readonly cluster: Readonly<Record<string, unknown>> | undefined
  readonly installHint: string | undefined
  readonly directory: string
}

export interface ExecCredentials {
  readonly token: string | undefined
  /** PEM */
  readonly certificate: string | undefined
  /** PEM */
  readonly key: string | undefined
}

/** A plugin that asks a person something would wait for ever. */
const LIMIT_MS = 60_000

/**
 * The credentials of a plugin, kept until shortly before they expire. However
 * many ask at once, the program runs once. The client library's own runner has
 * no leeway, no single flight, no time limit, does not tell the plugin what
 * it needs (`KUBERNETES_EXEC_INFO`), and cannot be told to run again after a 401.
 */
export function execCredentials(plugin: ExecPlugin, clock: Pick<Clock, 'now'>): Renewed<ExecCredentials> {
  return renewed(() => run(plugin), clock)
}

async function run(plugin: ExecPlugin): Promise<Lasting<ExecCredentials>> {
  const answer = parseJson(await output(plugin))
  const status = isRecord(answer) ? answer['status'] : undefined
  if (!isRecord(status)) {
    throw kubeconfigProblem(
      `The kubeconfig's credential plugin "${plugin.command}" printed no ExecCredential.`,
      ...SEE_YOURSELF,
    )
  }
  const text = (field: string): string | undefined =>
    typeof status[field] === 'string' && status[field] !== '' ? status[field] : undefined
  const value = {
    token: text('token'),
    certificate: text('clientCertificateData'),
    key: text('clientKeyData'),
  }
  if (value.token === undefined && (value.certificate === undefined || value.key === undefined)) {
    throw kubeconfigProblem(
      `The kubeconfig's credential plugin "${plugin.command}" printed an ExecCredential with neither a token nor a certificate with its key.`,
      ...SEE_YOURSELF,
    )
  }
  const expires = Date.parse(text('expirationTimestamp') ?? '')
  return { value, lifetimeMs: Number.isNaN(expires) ? undefined : expires - Date.now() }
}

function output(plugin: ExecPlugin): Promise<string> {
  const info = {
    apiVersion: plugin.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(plugin.cluster ? { cluster: plugin.cluster } : {}) },
  }
  const env = { ...plugin.environment, KUBERNETES_EXEC_INFO: JSON.stringify(info) }
  return new Promise((resolve, reject) => {
    const child = execFile(
      plugin.command,
      [...plugin.args],
      { env, cwd: plugin.directory, timeout: LIMIT_MS, maxBuffer: 4 << 20 },
      (error, stdout) => (error ? reject(failed(plugin, error)) : resolve(stdout)),
    )
    child.stdin?.end()
  })
}

interface PluginError extends Error {
  readonly code?: unknown
  readonly killed?: boolean
  readonly signal?: unknown
}

/** What the plugin printed is not quoted: it deals in secrets. */
function failed(plugin: ExecPlugin, error: PluginError): Error {
  const name = `The kubeconfig's credential plugin "${plugin.command}"`
  if (error.code === 'ENOENT' || error.code === 'EACCES') {
    return kubeconfigProblem(
      `${name} is not installed on this runner.`,
      plugin.installHint?.replace(/\s+/g, ' ').trim() ?? 'Install it in a step before this one.',
      'Or use a kubeconfig with a service account token, which needs no program.',
    )
  }
  // Its arguments are not shown either: some take a client secret.
  return kubeconfigProblem(`${name} ${ending(error)}.`, ...SEE_YOURSELF)
}

function ending({ killed, code, signal }: PluginError): string {
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'printed more than any credentials are'
  if (killed === true) return `did not answer within ${LIMIT_MS / 1000} s`
  return typeof signal === 'string' ? `was ended by ${signal}` : `failed with exit code ${String(code)}`
}

const SEE_YOURSELF = ['Run it in a step of its own to see what it says.']
