import type { NamespaceChoice } from './build-request.ts'
import { type GitSource, isGitUrl, parseGitUrl, shownAddress } from './git-source.ts'
import type { Environment, InputReader } from './input-reader.ts'
import { needNamespace, parseObjectName } from './object-name.ts'
import { type Parsed, parsed, refused } from './parsed.ts'
import { pathWithin } from './path-within.ts'

/** Where the build context is. */
export type ContextSource =
  /** A directory or a tar file on the runner, relative to the workspace. */
  | { readonly kind: 'path'; readonly path: string }
  | GitSource
  /** A directory of a volume, by its claim in the given namespace; `path` is relative to the volume's root, '' for that. */
  | { readonly kind: 'claim'; readonly claim: string; readonly path: string }
  /** A compressed tar in an object store or on a web server, as Kaniko names it. */
  | { readonly kind: 'url'; readonly url: string }

/** The context and how it is delivered, checked against each other. */
export function readContext(
  reader: InputReader,
  namespace: NamespaceChoice,
  environment: Environment,
): ContextSource {
  const token = reader.read('github-token', (text) => parsed(text), undefined)
  const source = reader.read('context', (text) => parseContext(text, { environment, token }), HERE)
  if (source.kind === 'claim') needNamespace(reader, 'context', `pvc://${source.claim}`, namespace)
  return source
}

const HERE: ContextSource = { kind: 'path', path: '.' }

interface Surroundings {
  readonly environment: Environment
  /** Secret. */
  readonly token: string | undefined
}

function parseContext(text: string, surroundings: Surroundings): Parsed<ContextSource> {
  const shown = shownAddress(text)
  const own = /^(?:git|\{\{\s*defaultContext\s*\}\})(?::(?!\/\/)(.*))?$/.exec(text)
  if (own !== null) return ownRepository(text, own[1], surroundings)
  if (text.includes('{{')) return refused('{{defaultContext}} is all that is known between braces', shown)
  if (/^[^/\s]+@[^/\s]+:|^ssh:/i.test(text)) {
    const problem =
      'the executor clones over HTTPS, not over SSH; write https://HOST/OWNER/NAME.git, with github-token or the secret GIT_AUTH_TOKEN if it is private'
    return refused(problem, shown)
  }
  if (isGitUrl(text)) return parseGitUrl(text, serverOf(surroundings))
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  return scheme === undefined ? parsed({ kind: 'path', path: text }) : parseUrl(text, scheme)
}

/** The workflow's repository at the commit that it runs for. */
function ownRepository(
  text: string,
  subdirectory: string | undefined,
  surroundings: Surroundings,
): Parsed<ContextSource> {
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_SHA: sha,
  } = surroundings.environment
  if (!server || !repository || !sha) {
    const problem =
      'is the repository of a workflow, and this is no step of one (GITHUB_SERVER_URL, GITHUB_REPOSITORY and GITHUB_SHA are not set); name a directory or a git URL'
    return refused(problem, text)
  }
  if (pathWithin(subdirectory ?? '') === undefined)
    return refused('the directory leads out of the repository', text)
  const fragment = subdirectory === undefined ? '' : `:${subdirectory}`
  return parseGitUrl(`${server}/${repository}.git#${sha}${fragment}`, serverOf(surroundings))
}

function serverOf({ environment, token }: Surroundings) {
  return {
    url: environment['GITHUB_SERVER_URL'] || 'https://github.com',
    repository: environment['GITHUB_REPOSITORY'],
    sha: environment['GITHUB_SHA'],
    token,
  }
}

const FORMS =
  'a directory or tar file, git, a git URL, pvc://CLAIM/PATH, s3://, gs:// or https:// of a tar.gz file'

function parseUrl(text: string, scheme: string): Parsed<ContextSource> {
  if (/^[^/]*\/\/[^/]*@/.test(text)) {
    const problem =
      'has credentials in it, which would stand in the arguments of the build’s pod; use an address that is signed for a short time, or the identity of `service-account`'
    return refused(problem)
  }
  switch (scheme) {
    case 'pvc':
      return parseClaim(text)
    case 's3':
    case 'gs':
    case 'https':
      return parsed({ kind: 'url', url: text })
    case 'http':
      return refused('Kaniko fetches archives over https only', shownAddress(text))
    default:
      return refused(`not a context: ${FORMS}`, shownAddress(text))
  }
}

function parseClaim(text: string): Parsed<ContextSource> {
  const [, claim = '', path = ''] = /^pvc:\/\/([^/]*)\/?(.*)$/is.exec(text) ?? []
  const name = parseObjectName(claim)
  if (name.kind === 'problems')
    return refused('not pvc://CLAIM/PATH, CLAIM being a PersistentVolumeClaim', text)
  const inVolume = pathWithin(path)
  if (inVolume === undefined) return refused('the path leads out of the volume', text)
  return parsed({ kind: 'claim', claim: name.value, path: inVolume })
}
