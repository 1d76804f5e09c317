import { execFile } from 'node:child_process'

import { isRecord, parseJson } from './json.ts'
import { kubeconfigProblem } from './kubeconfig-problem.ts'

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

interface Dated {
  readonly credentials: ExecCredentials
  /** Milliseconds since 1970; undefined if they do not expire. */
  readonly expires: number | undefined
}

/** Renewed this long before they expire, in milliseconds: clocks differ, and a request takes its time. */
const LEEWAY_MS = 60_000

/** A plugin that asks a person something would wait for ever. */
const LIMIT_MS = 60_000

/**
 * The credentials of a plugin, kept until shortly before they expire. However
 * many ask at once, the program runs once. The client library's own runner has
 * no leeway, no single flight, no time limit, does not tell the plugin what
 * it needs (`KUBERNETES_EXEC_INFO`), and cannot be told to run again after a 401.
 */
export function execCredentials(plugin: ExecPlugin): {
  current(): Promise<ExecCredentials>
  forget(): void
} {
  let flight: Promise<Dated> | undefined
  const fetch = (): Promise<Dated> => {
    const started = run(plugin).catch((error: unknown) => {
      if (flight === started) flight = undefined
      throw error
    })
    flight = started
    return started
  }
  return {
    async current() {
      const known = await (flight ?? fetch())
      if (known.expires === undefined || known.expires - LEEWAY_MS > Date.now()) return known.credentials
      return (await fetch()).credentials
    },
    forget: () => (flight = undefined),
  }
}

async function run(plugin: ExecPlugin): Promise<Dated> {
  const answer = parseJson(await output(plugin))
  const status = isRecord(answer) ? answer['status'] : undefined
  if (!isRecord(status)) {
    throw kubeconfigProblem(
      `The kubeconfig's credential plugin "${plugin.command}" printed no ExecCredential.`,
    )
  }
  const text = (field: string): string | undefined =>
    typeof status[field] === 'string' ? status[field] : undefined
  const expires = Date.parse(text('expirationTimestamp') ?? '')
  return {
    credentials: {
      token: text('token'),
      certificate: text('clientCertificateData'),
      key: text('clientKeyData'),
    },
    expires: Number.isNaN(expires) ? undefined : expires,
  }
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

/** What the plugin printed is not quoted: it deals in secrets. */
function failed(
  plugin: ExecPlugin,
  error: Error & { readonly code?: unknown; readonly killed?: boolean },
): Error {
  const name = `The kubeconfig's credential plugin "${plugin.command}"`
  if (error.code === 'ENOENT' || error.code === 'EACCES') {
    return kubeconfigProblem(
      `${name} is not installed on this runner.`,
      plugin.installHint?.replace(/\s+/g, ' ').trim() ?? 'Install it in a step before this one.',
      'Or use a kubeconfig with a service account token, which needs no program.',
    )
  }
  const why =
    error.killed === true ? 'did not answer within 60 s' : `failed with exit code ${String(error.code)}`
  // Its arguments are not shown either: some take a client secret.
  return kubeconfigProblem(`${name} ${why}.`, 'Run it in a step of its own to see what it says.')
}
