import { credentialsKey, registryNamed } from '../request/registry-host.ts'

/**
 * Docker's config.json, as far as it is about credentials.
 * Form: https://docs.docker.com/reference/cli/docker/login/#credential-helpers
 */
export interface DockerConfig {
  /** By registry, as `registryNamed` names it. */
  readonly entries: ReadonlyMap<string, DockerEntry>
  /** Ends of helpers' names (`ecr-login` of docker-credential-ecr-login), by registry. */
  readonly helpers: ReadonlyMap<string, string>
  /** The helper for all other registries. */
  readonly store: string | undefined
}

const SECRET_FIELDS = ['auth', 'password', 'identitytoken', 'registrytoken'] as const
const FIELDS = ['username', ...SECRET_FIELDS] as const

/** Credentials of one registry, with Docker's names. Kaniko takes them all. Secret. */
export type DockerEntry = Readonly<Partial<Record<(typeof FIELDS)[number], string>>>

/** Reads a config.json; undefined if it is not JSON or none. Never throws. */
export function parseDockerConfig(text: string): DockerConfig | undefined {
  const root = jsonMapping(text)
  if (root === undefined) return undefined
  const store = root['credsStore']
  return {
    entries: byRegistry(mappingAt(root, 'auths'), entryOf),
    helpers: byRegistry(mappingAt(root, 'credHelpers'), textOf),
    store: typeof store === 'string' && store !== '' ? store : undefined,
  }
}

/** The config.json with these entries, by registry as the build's images spell it. */
export function printDockerConfig(entries: ReadonlyMap<string, DockerEntry>): string {
  const auths = [...entries].map(([registry, entry]) => [credentialsKey(registry), entry] as const)
  return JSON.stringify({ auths: Object.fromEntries(auths) })
}

/** An entry for a name and a password. */
export function passwordEntry(username: string, password: string): DockerEntry {
  return { auth: Buffer.from(`${username}:${password}`).toString('base64') }
}

/** The user name of an entry, where it has one that can be shown on a line; «<token>» is none. */
export function userOf(entry: DockerEntry): string | undefined {
  const [decoded = ''] = Buffer.from(entry.auth ?? '', 'base64')
    .toString('utf8')
    .split(':')
  const name = entry.username ?? decoded
  return /^[!-~]{1,100}$/.test(name) && name !== '<token>' ? name : undefined
}

/** The name and the password of an entry; undefined for one that is a token. */
export function passwordIn(
  entry: DockerEntry,
): { readonly username: string; readonly password: string } | undefined {
  const text = Buffer.from(entry.auth ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon > 0) return { username: text.slice(0, colon), password: text.slice(colon + 1) }
  const { username, password } = entry
  return username === undefined || password === undefined ? undefined : { username, password }
}

/** What a credential helper prints after `get`; undefined if that is not what it should be. */
export function parseHelperAnswer(text: string): DockerEntry | undefined {
  const answer = jsonMapping(text)
  const [username, secret] = [answer?.['Username'], answer?.['Secret']]
  if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined
  return username === '<token>' ? { identitytoken: secret } : passwordEntry(username, secret)
}

type Mapping = Readonly<Record<string, unknown>>

/** Keys are hosts, or URLs of old; of several for one registry, the one that Docker looks for itself counts. */
function byRegistry<T>(mapping: Mapping, read: (value: unknown) => T | undefined): ReadonlyMap<string, T> {
  const found = new Map<string, T>()
  for (const [key, value] of Object.entries(mapping)) {
    const registry = registryNamed(key)
    const entry = read(value)
    if (registry === undefined || entry === undefined) continue
    if (!found.has(registry) || key === credentialsKey(registry)) found.set(registry, entry)
  }
  return found
}

/** An entry without a secret is what Docker leaves behind where a helper has the credentials. */
function entryOf(value: unknown): DockerEntry | undefined {
  if (!isMapping(value)) return undefined
  const given = FIELDS.map((field) => [field, textOf(value[field])] as const)
  const entry: DockerEntry = Object.fromEntries(given.filter(([, text]) => text !== undefined))
  return SECRET_FIELDS.some((field) => entry[field] !== undefined) ? entry : undefined
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

function mappingAt(root: Mapping, key: string): Mapping {
  const value = root[key]
  return isMapping(value) ? value : {}
}

function jsonMapping(text: string): Mapping | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isMapping(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
