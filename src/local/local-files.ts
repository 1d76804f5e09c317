import type { LocalGrounds, RunnerSettings } from './local-grounds.ts'
import type { LocalFile } from './local-plan.ts'
import type { LocalPlaces } from './local-places.ts'
import { engineOf } from './local-tool.ts'

/** Settings of the user's that have nothing to do with credentials, and that a config of our own must keep. */
const KEPT = [
  'currentContext',
  'proxies',
  'HttpHeaders',
  'plugins',
  'features',
  'cliPluginsExtraDirs',
] as const

/**
 * A Docker config with these credentials (a config.json's text). In its folder
 * docker looks for plugins as well: where the user's are is said in it.
 */
export function dockerConfig(
  credentials: string,
  { dockerConfig: own, dockerFolder }: RunnerSettings,
  pluginFolder: string | undefined,
): string {
  const { auths } = mappingOf(credentials)
  const settings = mappingOf(own ?? '')
  const kept = Object.fromEntries(KEPT.flatMap((key) => (key in settings ? [[key, settings[key]]] : [])))
  const extra = Array.isArray(kept['cliPluginsExtraDirs']) ? (kept['cliPluginsExtraDirs'] as unknown[]) : []
  const folders = [
    ...extra,
    `${dockerFolder}/cli-plugins`,
    ...(pluginFolder === undefined ? [] : [pluginFolder]),
  ]
  return JSON.stringify({ ...kept, auths, cliPluginsExtraDirs: [...new Set(folders)] })
}

type Mapping = Readonly<Record<string, unknown>>

function mappingOf(text: string): Mapping {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Mapping) : {}
  } catch {
    return {}
  }
}

/** What buildah and podman are to know of registries, added to what they are told anyway; undefined: nothing. */
export function registriesConf({ request, settings }: Pick<LocalGrounds, 'request' | 'settings'>): string {
  const { registryMirrors, insecureRegistries, registryAccess, executorOptions } = request
  const unsafe = new Set([...insecureRegistries, ...registryAccess.unverified])
  const mirrors = registryMirrors.flatMap((mirror) => [
    '[[registry.mirror]]',
    `location = ${quoted(mirror)}`,
    ...(unsafe.has(mirror.split('/')[0] ?? '') ? ['insecure = true'] : []),
  ])
  const moved = [...executorOptions.registryMap].flatMap(([from, to]) => [
    ...table(from, to),
    ...(unsafe.has(to.split('/')[0] ?? '') ? ['insecure = true'] : []),
  ])
  const plain = [...unsafe]
    .filter((registry) => !executorOptions.registryMap.has(registry))
    .flatMap((registry) => [...table(registry, registry), 'insecure = true'])
  const own = settings.registriesConf ?? ''
  // A name without a registry is Docker Hub's, unless the machine says otherwise. It stands before all tables.
  const search = /^\s*unqualified-search-registries\s*=/m.test(own)
    ? []
    : ['unqualified-search-registries = ["docker.io"]']
  const hub = mirrors.length === 0 ? [] : [...table('docker.io', 'docker.io'), ...mirrors]
  return [...search, own, ...plain, ...moved, ...hub].filter((line) => line !== '').join('\n') + '\n'
}

const table = (prefix: string, location: string): readonly string[] => [
  '[[registry]]',
  `prefix = ${quoted(prefix)}`,
  `location = ${quoted(location)}`,
]

/** A TOML string; JSON's escapes are among TOML's. */
const quoted = (text: string): string => JSON.stringify(text)

/** The authorities' certificates, each in a file that buildah reads. */
export function certificateFiles(
  certificates: ReadonlyMap<string, string>,
  places: LocalPlaces,
): readonly LocalFile[] {
  return [...certificates.values()].map((pem, at) => ({
    path: `${places.certificates}/${at}.crt`,
    content: pem,
  }))
}

/** Whether a tool signs in by a Docker config: buildah reads one as well, by another name. */
export const readsDockerConfig = ({ tool }: Pick<LocalGrounds, 'tool'>): boolean =>
  engineOf(tool) !== 'buildah'
