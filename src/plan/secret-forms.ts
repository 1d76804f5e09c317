import type { BuildPlan } from './build-plan.ts'
import { type DockerEntry, parseDockerConfig } from './docker-config.ts'
import { configIn } from './registry-secret.ts'

/** GitHub drops outputs that contain a masked value: shorter ones would hide half of everything. */
const SHORTEST = 8

/** Every form in which the secrets that a plan holds could be printed. */
export function secretsOf({ registrySecret }: BuildPlan): readonly string[] {
  const config = registrySecret && configIn(registrySecret)
  return config === undefined ? [] : secretForms(config)
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
