import type { BuildPlan } from './build-plan.ts'
import { type DockerEntry, parseDockerConfig } from './docker-config.ts'
import { DOCKER_CONFIG_KEY } from './mounts.ts'

/** GitHub drops outputs that contain a masked value: shorter ones would hide half of everything. */
const SHORTEST = 8

/** In bytes. A longer value is masked by its lines alone: every mask is looked for in every line of the log. */
const LONGEST_ENCODED = 64 * 1024

/** Every form in which the secrets that a plan holds could be printed. */
export function secretsOf({ secrets }: BuildPlan): readonly string[] {
  const data = secrets.flatMap((secret) => Object.entries(secret['data'] ?? {}))
  const forms = data.flatMap(([key, encoded]) => {
    const value = Buffer.from(String(encoded), 'base64')
    return key === DOCKER_CONFIG_KEY ? secretForms(value.toString('utf8')) : valueForms(value)
  })
  return [...new Set(forms)]
}

/**
 * Every form in which a value could be printed: its lines, and the whole
 * encoded, with and without the line's end that files have.
 */
export function valueForms(value: Uint8Array): readonly string[] {
  const text = Buffer.from(value).toString('utf8')
  if (value.byteLength > LONGEST_ENCODED) return maskable([text])
  return maskable([...variants(text), ...variants(text.trimEnd()), Buffer.from(value).toString('base64')])
}

/**
 * Every form in which what is secret in a config.json could be printed: the
 * passwords and tokens, what they are encoded to, and the whole of it. User
 * names are not among them. One line each: a runner that masks a text of
 * several lines masks each of them, a lone `{` too.
 */
export function secretForms(config: string): readonly string[] {
  const entries = [...(parseDockerConfig(config)?.entries.values() ?? [])]
  const forms = [...entries.flatMap(formsOf), config, base64(config)]
  return maskable(forms)
}

/** The lines of all forms that are long enough to be told from other text. */
function maskable(forms: readonly string[]): readonly string[] {
  const lines = forms.flatMap((form) => form.split(/[\r\n]+/)).map((line) => line.trim())
  return [...new Set(lines)].filter((line) => line.length >= SHORTEST)
}

function formsOf(entry: DockerEntry): readonly string[] {
  const { username, password, identitytoken, registrytoken } = entry
  const auth = entry.auth ?? (password === undefined ? undefined : base64(`${username ?? ''}:${password}`))
  const decoded = auth === undefined ? undefined : Buffer.from(auth, 'base64').toString('utf8')
  const secrets = [decoded?.slice(decoded.indexOf(':') + 1), password, identitytoken, registrytoken]
  return [auth ?? '', ...secrets.flatMap((secret) => (secret ? variants(secret) : []))]
}

/** As it is, in base64, in JSON, in a URL. */
function variants(secret: string): readonly string[] {
  return [
    secret,
    base64(secret),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
  ]
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
