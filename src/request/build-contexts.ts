import type { NamedContext } from './frontend-options.ts'
import { buildkitGitUrl, isGitUrl } from './git-source.ts'
import { parseImageReference, printImageReference } from './image-reference.ts'
import { meaningfulLines } from './lines.ts'
import { type Parsed, gathered, parsed, refused } from './parsed.ts'

/** How a context's name in the input becomes the one that a builder looks up. */
export type ReadName = (text: string) => Parsed<string>

/** A reader of `NAME=SOURCE` lines; no name counts twice. */
export function parseContexts(readName: ReadName) {
  return (text: string): Parsed<readonly NamedContext[]> => {
    const lines = meaningfulLines(text).map(({ line }) => parseContext(line.trim(), readName))
    const contexts = gathered(lines)
    if (contexts.kind === 'problems') return contexts
    const names = contexts.value.map(({ name }) => name.toLowerCase())
    const twice = names.find((name, at) => names.indexOf(name) !== at)
    return twice === undefined ? contexts : refused('is named twice; leave one out', twice)
  }
}

/** BuildKit looks for an image by the shortest text that means it, and for a stage as for an image. */
export const familiarName: ReadName = (text) => {
  const reference = parseImageReference(text)
  if (reference.kind === 'value') return parsed(printImageReference(reference.value).replace(/:latest$/, ''))
  const [first] = reference.problems
  return refused(
    `is no name that FROM or COPY --from can have, and would never be used: ${first?.problem ?? ''}`,
    text,
  )
}

/** Buildah compares texts. */
export const nameAsGiven: ReadName = parsed

function parseContext(line: string, readName: ReadName): Parsed<NamedContext> {
  const equals = line.indexOf('=')
  const [name, value] = [line.slice(0, Math.max(equals, 0)).trim(), line.slice(equals + 1).trim()]
  if (name === '' || value === '') return refused('not NAME=DIRECTORY or NAME=docker-image://IMAGE', line)
  const source = parseSource(value)
  if (source.kind === 'problems') return source
  const known = readName(name)
  return known.kind === 'problems' ? known : parsed({ name: known.value, source: source.value })
}

function parseSource(value: string): Parsed<NamedContext['source']> {
  const problem = addressProblem(value)
  // What stands before an @ may be a password.
  if (problem !== undefined) return refused(problem)
  const misspelled = misspelling(value)
  if (misspelled !== undefined) return refused(misspelled, value)
  if (isGitUrl(value)) {
    const address = buildkitGitUrl(value)
    return address === undefined ? refused(NO_GIT, value) : parsed({ kind: 'remote', address })
  }
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(value) ?? []
  const name = scheme.toLowerCase()
  if (name === '') return parsed({ kind: 'path', path: value })
  if (['docker-image', 'https'].includes(name) && rest !== '')
    return parsed({ kind: 'remote', address: `${name}://${rest}` })
  return refused('not a directory, a docker-image://, a git URL or an https:// address', value)
}

const NO_GIT =
  'is no git repository to the builder, which knows one by .git: write https://HOST/OWNER/NAME.git'

function addressProblem(value: string): string | undefined {
  if (/^[^/\s]+@[^/\s]+:|^ssh:/i.test(value) && !value.startsWith('docker-image:'))
    return 'is cloned over SSH, which the builder does not do for contexts; write https://HOST/OWNER/NAME.git, with the secret GIT_AUTH_TOKEN if it is private'
  if (/^[^/]*\/\/[^/]*@/.test(value) && !value.startsWith('docker-image://'))
    return 'has credentials in its address, which would stand in the pod; use the secret GIT_AUTH_TOKEN'
  return undefined
}

/** What would be taken for a directory, and is none. */
function misspelling(value: string): string | undefined {
  if (/^docker-image:(?!\/\/)/i.test(value)) return 'lacks its slashes; write docker-image://IMAGE'
  if (/^target:/i.test(value))
    return 'is a target of docker buildx bake; name a stage of the same Dockerfile in FROM or COPY --from, or the image of another build as docker-image://IMAGE'
  if (/^oci-layout:/i.test(value))
    return 'is an OCI layout on the runner, which is not sent; push it, and write docker-image://IMAGE'
  return undefined
}
