import type { BuildRequest } from '../request/build-request.ts'
import { DOCKER_HUB } from '../request/image-reference.ts'

/** What BuildKit's daemon is told of one registry. */
interface RegistrySettings {
  mirrors: string[]
  isPlain: boolean
  isUnverified: boolean
  certificate: string | undefined
}

/**
 * BuildKit's buildkitd.toml: mirrors, and how registries are spoken to.
 * `certificates`: paths in the container, by registry.
 * https://docs.docker.com/build/buildkit/toml-configuration/
 */
export function buildkitSettings(
  { registryMirrors, insecureRegistries, registryAccess, executorOptions }: BuildRequest,
  certificates: ReadonlyMap<string, string>,
): string {
  const registries = new Map<string, RegistrySettings>()
  const at = (registry: string): RegistrySettings => {
    const known = registries.get(registry)
    if (known !== undefined) return known
    const fresh: RegistrySettings = {
      mirrors: [],
      isPlain: false,
      isUnverified: false,
      certificate: undefined,
    }
    registries.set(registry, fresh)
    return fresh
  }
  if (registryMirrors.length > 0) at(DOCKER_HUB).mirrors.push(...registryMirrors)
  for (const [registry, mirror] of executorOptions.registryMap) at(registry).mirrors.push(mirror)
  for (const registry of insecureRegistries) at(registry).isPlain = true
  for (const registry of registryAccess.unverified) at(registry).isUnverified = true
  for (const [registry, path] of certificates) at(registry).certificate = path
  return [...registries].map(([registry, settings]) => section(registry, settings)).join('\n')
}

function section(
  registry: string,
  { mirrors, isPlain, isUnverified, certificate }: RegistrySettings,
): string {
  const lines = [
    `[registry.${quoted(registry)}]`,
    ...(mirrors.length === 0 ? [] : [`  mirrors = [${mirrors.map(quoted).join(', ')}]`]),
    ...(isPlain ? ['  http = true'] : []),
    ...(isUnverified ? ['  insecure = true'] : []),
    ...(certificate === undefined ? [] : [`  ca = [${quoted(certificate)}]`]),
  ]
  return `${lines.join('\n')}\n`
}

/** A basic string of TOML; of what is quoted here nothing has line ends. */
const quoted = (text: string): string => JSON.stringify(text)
