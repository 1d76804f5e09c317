import { DOCKER_HUB, isRegistry } from './image-reference.ts'

/** What people and programs call Docker Hub. */
const HUB_NAMES: readonly string[] = [
  DOCKER_HUB,
  'index.docker.io',
  'registry-1.docker.io',
  'registry.docker.io',
  'registry.hub.docker.com',
  'hub.docker.com',
  'www.docker.com',
]

/** What Docker, and with it Kaniko, keeps Docker Hub's credentials under, for historical reasons. */
const HUB_KEY = 'https://index.docker.io/v1/'

/**
 * The registry that a text names, as host[:port] in lower case, Docker Hub as
 * `docker.io`: `https://index.docker.io/v1/` and `GHCR.io/` name one. Undefined
 * if it names none, or something in a registry.
 */
export function registryNamed(text: string): string | undefined {
  const host = text
    .replace(/^https?:\/\//i, '')
    .replace(/\/(?:v[12]\/?)?$/, '')
    .toLowerCase()
  if (HUB_NAMES.includes(host)) return DOCKER_HUB
  return isRegistry(host) ? host : undefined
}

/** The key of a registry's credentials in a Docker config. */
export function credentialsKey(registry: string): string {
  return registry === DOCKER_HUB ? HUB_KEY : registry
}

/** How Kaniko's flags name a registry. */
export function nameForKaniko(registry: string): string {
  return registry === DOCKER_HUB ? 'index.docker.io' : registry
}
