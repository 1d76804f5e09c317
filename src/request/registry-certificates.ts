import { type Parsed, type ValueProblem, parsed } from './parsed.ts'
import { registryNamed } from './registry-host.ts'

/** Where the certificate of a registry's authority is: PEM, or the path of a file with it, relative to the workspace. */
export type CertificateSource =
  { readonly kind: 'pem'; readonly pem: string } | { readonly kind: 'file'; readonly path: string }

const BEGIN = '-----BEGIN '
const END = /^-----END [A-Z0-9 ]+-----\s*$/

interface Line {
  readonly number: number
  readonly text: string
}

/**
 * Reads `host[:port]=path` and `host[:port]=PEM`. A PEM has lines of its own,
 * base64 with `=` at the end among them: they belong to the entry before.
 */
export function parseRegistryCertificates(text: string): Parsed<ReadonlyMap<string, CertificateSource>> {
  const certificates = new Map<string, CertificateSource>()
  const problems: ValueProblem[] = []
  for (const { first, rest } of entriesOf(text)) {
    const equals = first.text.indexOf('=')
    const registry = registryNamed(first.text.slice(0, Math.max(equals, 0)).trim())
    const value = [first.text.slice(equals + 1).trim(), ...rest].join('\n')
    const problem = entryProblem(equals, registry, value)
    if (problem !== undefined || registry === undefined) {
      problems.push({ problem: `line ${first.number} ${problem ?? ''}`.trim() })
    } else certificates.set(registry, sourceOf(value))
  }
  return problems.length > 0 ? { kind: 'problems', problems } : parsed(certificates)
}

function entriesOf(text: string): readonly { readonly first: Line; readonly rest: readonly string[] }[] {
  const entries: { first: Line; rest: string[] }[] = []
  let inBlock = false
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const begins = line.includes(BEGIN)
    const isOwn = inBlock || (line.trimStart().startsWith(BEGIN) && entries.length > 0)
    const says = line.trim() !== '' && !line.trimStart().startsWith('#')
    if (isOwn) entries.at(-1)?.rest.push(line.trim())
    else if (says) entries.push({ first: { number: index + 1, text: line }, rest: [] })
    inBlock = (inBlock || begins) && !END.test(line.trim())
  }
  return entries
}

function entryProblem(equals: number, registry: string | undefined, value: string): string | undefined {
  if (equals < 0) return 'has no "="; write host[:port]=path, or host[:port]=PEM'
  if (registry === undefined) return 'has no host[:port] before "="'
  if (value === '') return `has nothing after "=" (${registry}): is the variable or secret set?`
  if (!value.startsWith(BEGIN)) return undefined
  if (value.includes('PRIVATE KEY'))
    return `holds a private key (${registry}); only the authority’s certificate is needed`
  return /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.test(value)
    ? undefined
    : `holds no whole certificate (${registry}): a PEM is -----BEGIN CERTIFICATE----- … -----END CERTIFICATE-----, with its line breaks`
}

function sourceOf(value: string): CertificateSource {
  return value.startsWith(BEGIN) ? { kind: 'pem', pem: `${value}\n` } : { kind: 'file', path: value }
}
