import type { ClusterSession } from './cluster/cluster-session.ts'
import { parseDockerConfig } from './plan/docker-config.ts'
import {
  type DockerCredentials,
  type FoundCredentials,
  needsSecret,
  type SecretReading,
} from './plan/registry-auth.ts'
import { touchedRegistries } from './plan/touched-registries.ts'
import type { Dockerfile } from './progress/dockerfile.ts'
import type { BuildRequest } from './request/build-request.ts'

/** What the runner's Docker config has for registries; never throws. */
export type DockerCredentialsPort = (
  registries: readonly string[],
  signal: AbortSignal,
) => Promise<{ readonly docker: DockerCredentials; readonly notices: readonly string[] }>

/**
 * Looks for credentials for the registries that a build touches, and for no
 * others: in the runner's Docker config, and in `registry-secret` where that
 * must be joined with what is known. Throws as `readRegistrySecret` does.
 */
export async function findCredentials(
  { request, dockerfile }: { readonly request: BuildRequest; readonly dockerfile: Dockerfile },
  dockerCredentials: DockerCredentialsPort,
  session: ClusterSession,
  signal: AbortSignal,
): Promise<FoundCredentials> {
  const touched = touchedRegistries(request, dockerfile)
  const registries = touched.map(({ registry }) => registry)
  const { docker, notices } = await dockerCredentials(registries, signal)
  const isNeeded = needsSecret(request, touched, docker)
  return {
    docker,
    notices,
    secret: isNeeded ? await readSecret(request, session, signal) : { kind: 'unread' },
  }
}

async function readSecret(
  { namespace, registryAccess }: BuildRequest,
  session: ClusterSession,
  signal: AbortSignal,
): Promise<SecretReading> {
  const { secret } = registryAccess
  if (namespace.kind === 'own' || secret === undefined) return { kind: 'unread' }
  const reading = await session.readRegistrySecret(namespace.name, secret, signal)
  if (reading.kind === 'refused') return reading
  return { kind: 'read', entries: parseDockerConfig(reading.config)?.entries ?? new Map() }
}
