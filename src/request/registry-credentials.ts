import { meaningfulLines } from './lines.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'
import { isList, isMapping, parsePlainYaml, type PlainYaml } from './plain-yaml.ts'
import { registryNamed } from './registry-host.ts'

/** A user of a registry. */
export interface RegistryCredentials {
  /** host[:port] in lower case; Docker Hub is `docker.io`. */
  readonly registry: string
  readonly username: string
  /** Secret. */
  readonly password: string
  /** Which of the build's containers gets them, where what pushes is isolated; undefined: what fits. */
  readonly purpose?: CredentialPurpose
  /** Where they come from, in words; undefined: the input. */
  readonly from?: string
}

/** `build`: to read base images, and for the cache. */
export type CredentialPurpose = 'build' | 'push'

const FIELDS = ['registry', 'username', 'password', 'for'] as const
const FORM = '- {registry: ghcr.io, username: …, password: …}'

/**
 * Reads a YAML list of `{registry, username, password}`, each perhaps with `for`. No problem quotes any
 * of it: where the YAML is not what was meant, a password may be anywhere.
 */
export function parseRegistryCredentials(text: string): Parsed<readonly RegistryCredentials[]> {
  if (meaningfulLines(text).length === 0) return parsed([])
  const cut = cutPassword(text)
  if (cut !== undefined) return refused(cut)
  const yaml = parsePlainYaml(text, FORM)
  if (yaml.kind === 'problems') return yaml
  if (!isList(yaml.value)) return refused(`not a YAML list; write ${FORM}`)
  const all = gathered(yaml.value.map((entry, at) => parseEntry(entry, `entry ${at + 1}`)))
  return all.kind === 'problems' ? all : withoutRepetition(all.value)
}

/** A `#` after a blank would end the password there, without a word. */
function cutPassword(text: string): string | undefined {
  const line = meaningfulLines(text).find(({ line }) => /password:\s+[^\s"'|>#].*\s#/.test(line))
  return line === undefined
    ? undefined
    : `line ${line.number}: a "#" after a blank begins a comment in YAML; put the password into quotes`
}

function parseEntry(entry: PlainYaml, where: string): Parsed<RegistryCredentials> {
  if (!isMapping(entry)) return refused(`${where} is no mapping; write ${FORM}`)
  const registry = registryNamed(textOf(entry, 'registry'))
  const named = registry === undefined ? where : `${where} (${registry})`
  const problems = [
    ...(Object.keys(entry).every((key) => FIELDS.some((known) => known === key))
      ? []
      : [`${named} has something else than ${FIELDS.join(', ')}`]),
    ...(registry === undefined ? [`${where}: ${registryProblem(textOf(entry, 'registry'))}`] : []),
    ...usernameProblems(textOf(entry, 'username')).map((problem) => `${named}: ${problem}`),
    ...(textOf(entry, 'password') === '' ? [`${named}: ${NO_PASSWORD}`] : []),
    ...(entry['for'] === undefined || isPurpose(textOf(entry, 'for'))
      ? []
      : [`${named}: \`for\` is build or push`]),
  ]
  if (registry === undefined || problems.length > 0) {
    return { kind: 'problems', problems: problems.map((problem) => ({ problem })) }
  }
  const purpose = textOf(entry, 'for')
  return parsed({
    registry,
    username: textOf(entry, 'username'),
    password: textOf(entry, 'password'),
    ...(isPurpose(purpose) ? { purpose } : {}),
  })
}

const isPurpose = (text: string): text is CredentialPurpose => text === 'build' || text === 'push'

const NO_PASSWORD =
  'the password is missing or empty. If it comes from a secret: workflows of pull requests from forks get no secrets, and a misspelled name gives an empty one'

function registryProblem(text: string): string {
  if (text === '') return 'the registry is missing; write registry: host[:port]'
  const host = registryNamed(/^(?:https?:\/\/)?[^/@]+(?=\/)/i.exec(text)?.[0] ?? '')
  return `the registry is not host[:port]${host === undefined ? '' : ` (${host}): credentials are for a whole registry`}`
}

function usernameProblems(username: string): readonly string[] {
  if (username === '') return ['the user name is missing or empty']
  // Basic authentication ends the user name at the first colon.
  if (username.includes(':')) return ['a user name has no ":" in it']
  return /[\u0000-\u001f\u007f]/.test(username)
    ? ['a user name has no line breaks or control characters']
    : []
}

function withoutRepetition(all: readonly RegistryCredentials[]): Parsed<readonly RegistryCredentials[]> {
  const twice = all.filter(
    ({ registry, purpose }, at) =>
      all.findIndex((one) => one.registry === registry && !areApart(one.purpose, purpose)) < at,
  )
  if (twice.length === 0) return parsed(all)
  const problems = [...new Set(twice.map(({ registry }) => registry))].map((registry) => ({
    problem: `${registry} is given twice; a registry has one user, and perhaps one more \`for: build\``,
  }))
  return { kind: 'problems', problems }
}

/** One of them reads for the build, and the other does all else. */
const areApart = (one: CredentialPurpose | undefined, other: CredentialPurpose | undefined): boolean =>
  (one === 'build') !== (other === 'build')

function textOf(entry: { readonly [key: string]: PlainYaml }, field: (typeof FIELDS)[number]): string {
  const value = entry[field]
  return typeof value === 'string' ? value : ''
}
