import type { SshKeys } from './frontend-options.ts'
import type { InputReader } from './input-reader.ts'
import type { InputName } from './inputs.generated.ts'
import { meaningfulLines } from './lines.ts'
import { type Parsed, type ValueProblem, parsed } from './parsed.ts'
import { type SecretRecord, secretRecords } from './secret-records.ts'

/** Where the value of a secret for `RUN --mount=type=secret` is. */
export type SecretSource =
  | { readonly kind: 'text'; readonly text: string }
  /** Relative to the workspace. */
  | { readonly kind: 'file'; readonly path: string }
  /** Of the step's environment. */
  | { readonly kind: 'variable'; readonly variable: string }
  /** A private key for `RUN --mount=type=ssh,id=…`; relative to the workspace. */
  | { readonly kind: 'key'; readonly ssh: string; readonly path: string }

/** The input that gives secrets of a kind. */
export const SECRET_INPUTS = {
  text: 'secrets',
  file: 'secret-files',
  variable: 'secret-envs',
  key: 'ssh',
} as const satisfies Record<SecretSource['kind'], InputName>

/** Why a secret that is there has no value, mostly. */
export const EMPTY_SECRET =
  'workflows of pull requests from forks get no secrets, and a misspelled name gives an empty one'

/** Keys as secrets, under ids that no secret can have. */
export function keySources(ssh: readonly SshKeys[]): Sources {
  return new Map(
    ssh.flatMap(({ id, files }) =>
      files.map((path, at) => [`ssh ${id} ${at + 1}`, { kind: 'key', ssh: id, path } as const] as const),
    ),
  )
}

type Sources = ReadonlyMap<string, SecretSource>

/** Reads the three inputs of secrets, by id. No problem shows a value, and none of `secrets` an id that may be part of one. */
export function readBuildSecrets(reader: InputReader): Sources {
  const given = [
    reader.read(SECRET_INPUTS.text, parseSecrets, NONE),
    reader.read(SECRET_INPUTS.file, parseSecretFiles, NONE),
    reader.read(SECRET_INPUTS.variable, parseSecretVariables, NONE),
  ]
  const all = new Map<string, SecretSource>()
  for (const [id, source] of given.flatMap((sources) => [...sources])) {
    const other = all.get(id)
    if (other === undefined) all.set(id, source)
    else {
      const problem = `"${id}" is given by \`${SECRET_INPUTS[other.kind]}\` too; give each secret once`
      reader.report({ input: SECRET_INPUTS[source.kind], problem })
    }
  }
  return all
}

const NONE: Sources = new Map()

function parseSecrets(text: string): Parsed<Sources> {
  const records = secretRecords(text)
  return records.kind === 'problems'
    ? records
    : sourcesOf(records.value, 'id=value; a value of several lines stands in double quotes', asText)
}

function parseSecretFiles(text: string): Parsed<Sources> {
  const records = meaningfulLines(text).map(({ number, line }) => ({ number, text: line.trim() }))
  return sourcesOf(records, 'id=path', (path) => ({ kind: 'file', path: path.trim() }))
}

function parseSecretVariables(text: string): Parsed<Sources> {
  const records = meaningfulLines(text).flatMap(({ number, line }) =>
    line
      .split(',')
      .map((entry) => ({ number, text: entry.trim() }))
      .filter((entry) => entry.text !== ''),
  )
  return sourcesOf(records, 'id=VARIABLE', (value) => {
    const variable = value.trim()
    return /^[A-Za-z_]\w*$/.test(variable) || variable === ''
      ? { kind: 'variable', variable }
      : 'has no name of an environment variable after "="'
  })
}

const asText = (text: string): SecretSource => ({ kind: 'text', text })

/** What Kaniko can call a file of its own: it keeps each secret under its id. */
const ID = /^(?!\.{1,2}$)[\w.-]{1,253}$/

/**
 * Sources of `id=value` records. Where one has not that form, the others may be
 * lines of one secret that was not quoted: then nothing but line numbers is told.
 */
function sourcesOf(
  records: readonly SecretRecord[],
  form: string,
  sourceOf: (value: string) => SecretSource | string,
): Parsed<Sources> {
  const malformed = records.flatMap(({ number, text }): readonly ValueProblem[] => {
    const problem = formProblem(text)
    return problem === undefined ? [] : [{ problem: `line ${number} ${problem}; write ${form}` }]
  })
  if (malformed.length > 0) return { kind: 'problems', problems: malformed }
  const problems: ValueProblem[] = []
  const sources = new Map<string, SecretSource>()
  for (const { number, text } of records) {
    const { id, value } = split(text)
    const source = sourceOf(value)
    const problem = typeof source === 'string' ? source : entryProblem(value, sources.has(id))
    if (problem !== undefined) problems.push({ problem: `line ${number} ("${id}") ${problem}` })
    else if (typeof source !== 'string') sources.set(id, source)
  }
  return problems.length > 0 ? { kind: 'problems', problems } : parsed(sources)
}

function formProblem(text: string): string | undefined {
  const { id, value } = split(text)
  if (!text.includes('=')) return 'has no "="'
  if (!ID.test(id)) return 'has no id before "=", of letters, digits, "_", "." and "-"'
  // What base64 ends with.
  return /^=+$/.test(value) ? 'has nothing but "=" as its value' : undefined
}

function entryProblem(value: string, isTwice: boolean): string | undefined {
  if (value.trim() === '') return `has nothing after "=": ${EMPTY_SECRET}`
  return isTwice ? 'is there already; give each secret once' : undefined
}

function split(text: string): { readonly id: string; readonly value: string } {
  const equals = text.indexOf('=')
  return { id: text.slice(0, Math.max(equals, 0)).trim(), value: text.slice(equals + 1) }
}
