import { meaningfulLines, parseMap } from '../request/lines.ts'
import { oneLine } from './visible-text.ts'

/** An input for people: a secret one is only said to be given. */
export interface ShownInput {
  readonly name: string
  /** One line of foreign text; undefined: given, and not to be shown. */
  readonly shown: string | undefined
}

const VALUE_LENGTH = 200

/** Enough for a value that begins with comments. */
const READ_LENGTH = 5000

const ENTRY_LENGTH = 60

/** Inputs that are nothing but a secret, or whose secrets cannot be told from the rest. */
const NEVER_SHOWN = ['kubeconfig', 'registries', 'registry-secret', 'pod-template']

/** Given by the workflow's runner in nearly every run, so that it says nothing. */
const NEVER_NAMED = ['github-token']

/** `KEY=value` lines with secret values, or with places that secrets are read from. */
const KEYS_ONLY = ['secrets', 'secret-files', 'secret-envs']

/** `KEY=value` lines whose values are public unless their keys say otherwise. */
const MAPS = [
  'build-args',
  'labels',
  'annotations',
  'node-selector',
  'registry-map',
  'pod-labels',
  'pod-annotations',
]

const SECRET_NAME =
  /token|passw|pwd|passphrase|secret|key|credential|auth(?!or)|private|cert|cookie|session|salt|signature|dsn|connection|netrc|npmrc|(?:^|[^a-z])pat(?:[^a-z]|$)/i

/** Beginnings that issuers of tokens chose so that they can be found where they should not be. */
const SECRET_VALUE =
  /-----BEGIN|(?:^|[^A-Za-z0-9])(?:(?:gh[a-z]_|github_pat_|glpat-|xox[a-z]-|sk-|npm_|dckr_pat_|hvs\.)[\w-]{16}|A[KS]IA[A-Z0-9]{16}|eyJ[\w-]{10,}\.)/

/** The inputs that were given and are not the default, in their order; values that may be secret are left out. */
export function shownInputs(
  given: ReadonlyMap<string, string>,
  defaults: Readonly<Record<string, string | undefined>>,
): readonly ShownInput[] {
  return [...given]
    .map(([name, value]) => ({ name, value: value.trim() }))
    .filter(({ name, value }) => value !== '' && value !== defaults[name] && !NEVER_NAMED.includes(name))
    .map(({ name, value }) => ({ name, shown: shownValue(name, value) }))
}

function shownValue(name: string, value: string): string | undefined {
  if (NEVER_SHOWN.includes(name)) return undefined
  if (KEYS_ONLY.includes(name)) return entries(value, (key, secret) => (secret === '' ? undefined : key))
  if (MAPS.includes(name)) return entries(value, publicEntry)
  // An address that is signed is a key.
  if (name === 'context') return oneLine(withoutUser(value.replace(/\?.*$/s, '?…')), VALUE_LENGTH)
  // `isolate-credentials` has none itself.
  if (value === 'true' || value === 'false') return value
  if (/token|password|secret|credential/i.test(name) || SECRET_VALUE.test(value)) return undefined
  const lines = meaningfulLines(value.slice(0, READ_LENGTH)).map(({ line }) => withoutSecrets(line.trim()))
  return oneLine(lines.join(' · '), VALUE_LENGTH)
}

/** What is said of each entry; undefined if not all of the text is entries: it may be a secret with line ends. */
function entries(text: string, say: (key: string, value: string) => string | undefined): string | undefined {
  const map = parseMap(text)
  if (map.kind !== 'value') return undefined
  const said = [...map.value].map(([key, value]) => (isEntry(key, value) ? say(key, value) : undefined))
  return said.includes(undefined) ? undefined : oneLine(said.join(' · '), VALUE_LENGTH * 2)
}

/** Whether `=` stands there to separate: base64 ends with it. */
function isEntry(key: string, value: string): boolean {
  return /^[A-Za-z_][\w./-]{0,99}$/.test(key) && !/^=+$/.test(value)
}

function publicEntry(key: string, value: string): string {
  const isSecret = SECRET_NAME.test(key) || SECRET_VALUE.test(value)
  return isSecret ? `${key}=…` : `${key}=${oneLine(withoutUser(value), ENTRY_LENGTH)}`
}

/** `--build-arg=TOKEN=abc` → `--build-arg=TOKEN=…` */
function withoutSecrets(line: string): string {
  const secret = Array.from(line.matchAll(/([\w.-]+)=/g)).find(([, key = '']) => SECRET_NAME.test(key))
  return withoutUser(secret ? `${line.slice(0, secret.index + secret[0].length)}…` : line)
}

/** A URL may hold a password. */
const withoutUser = (text: string): string => text.replaceAll(/\/\/[^/\s@]*@/g, '//…@')
