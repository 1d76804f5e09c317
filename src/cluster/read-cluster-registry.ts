import { ActionError } from '../failure/failure.ts'
import type { KubernetesObject } from '../kubernetes/objects.ts'
import { parseDockerConfig, passwordIn } from '../plan/docker-config.ts'
import { configIn } from '../plan/registry-secret.ts'
import { type Installation, installationIn } from '../storage/proved-ways.ts'
import { notInstalled } from '../storage/refusals.ts'
import { NAMES } from '../storage/registry-names.ts'
import { DEFAULTS } from '../storage/registry-request.ts'
import type { Api } from './api.ts'
import { ApiError } from './api-error.ts'
import type { FoundRegistry } from './cluster-session.ts'
import { explained } from './explain-error.ts'
import { parseObject } from './json.ts'
import { objectPath } from './paths.ts'
import { FIRST_CONTACT } from './retry.ts'

/** How the registry in the namespace is reached; see the port. What the Secret holds is never quoted. */
export async function readClusterRegistry(
  api: Api,
  namespace: string,
  isKnown: (pushHost: string) => boolean,
  signal: AbortSignal,
): Promise<FoundRegistry> {
  const map = await read(api, 'ConfigMap', namespace, NAMES.installation, signal)
  const installation = map && installationIn(map)
  if (installation === undefined)
    throw new ActionError(notInstalled(namespace, namespace === DEFAULTS.namespace))
  if (!installation.hasCredentials || isKnown(installation.pushHost))
    return { registry: installation, credentials: undefined }
  return { registry: installation, credentials: await credentialsOf(api, installation, signal) }
}

async function credentialsOf(
  api: Api,
  { namespace, pushHost }: Installation,
  signal: AbortSignal,
): Promise<FoundRegistry['credentials']> {
  const secret = await read(api, 'Secret', namespace, NAMES.credentials, signal)
  const config = secret && configIn(secret)
  const entry = config === undefined ? undefined : parseDockerConfig(config)?.entries.get(pushHost)
  const credentials = entry && passwordIn(entry)
  if (credentials === undefined) throw new ActionError(noCredentials(namespace))
  return credentials
}

async function read(
  api: Api,
  kind: 'ConfigMap' | 'Secret',
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  try {
    const get = { method: 'GET', path: objectPath(kind, namespace, name), retry: FIRST_CONTACT } as const
    return parseObject((await api.call(get, signal)).body)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw inWords(error, kind, namespace, api.server)
  }
}

/** The right to the Secret is the one thing that a build needs for a registry with credentials. */
function inWords(error: unknown, kind: 'ConfigMap' | 'Secret', namespace: string, server: string): unknown {
  const said = explained(error, `looking for the registry in namespace "${namespace}"`, server)
  if (!(said instanceof ActionError) || said.failure.code !== 'forbidden' || kind === 'ConfigMap') return said
  return new ActionError({
    ...said.failure,
    cures: [...said.failure.cures, 'or give the same credentials as `registries`'],
  })
}

const noCredentials = (namespace: string) =>
  ({
    code: 'registry-missing',
    headline: `The registry in namespace "${namespace}" asks for credentials, and its Secret "${NAMES.credentials}" has none.`,
    details: [],
    cures: ['make it anew: hybrid-build registry install --credentials'],
  }) as const
