import { type Parsed, parsed, refused } from './parsed.ts'
import { pathWithin } from './path-within.ts'

/** A git repository, cloned by the executor. */
export interface GitSource {
  readonly kind: 'git'
  readonly scheme: 'https' | 'http'
  /** `github.com/acme/app.git`, with a port if there is one. */
  readonly location: string
  /** A branch, a tag, a full name (`refs/pull/7/merge`) or a whole commit id; undefined: the default branch. */
  readonly reference: string | undefined
  /** The directory that is the context; '' for the whole. */
  readonly subdirectory: string
  /** `owner/name`, where it is the workflow's own repository at the commit that it runs for. */
  readonly repository: string | undefined
  /** What GitHub asks for; undefined for other servers, and where there is none. Secret. */
  readonly token: string | undefined
}

/** The GitHub that the workflow runs on. */
export interface GitHubServer {
  readonly url: string
  /** `owner/name` of the workflow's repository, and the commit that it runs for. */
  readonly repository: string | undefined
  readonly sha: string | undefined
  /** Secret. */
  readonly token: string | undefined
}

/** Hosts whose repositories are written without `.git` as often as with it. */
const FORGES =
  /^https?:\/\/(?:[^/@]*@)?(?:www\.)?(github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)\/[^/?#]+\/[^/?#]+\/?(?:[?#]|$)/i

/** Whether a text names a git repository, as BuildKit tells (`.git` at the end of the path), or with a fragment, or at a well-known place. */
export function isGitUrl(text: string): boolean {
  return (
    /^git:\/\/|^github\.com\//i.test(text) ||
    /^https?:\/\/[^?#]*(?:\.git(?:[?#/]|$)|#)/i.test(text) ||
    FORGES.test(text)
  )
}

/**
 * The address by which BuildKit knows a repository: over HTTP its path ends in
 * `.git`, whatever the fragment says. Undefined where nobody can say that such
 * an address is there too.
 */
export function buildkitGitUrl(text: string): string | undefined {
  const url = text
    .replace(/^github\.com\//i, 'https://github.com/')
    .replace(/^[a-z]+:/i, (scheme) => scheme.toLowerCase())
  if (url.startsWith('git://')) return url
  const [, path = '', rest = ''] = /^(.*?)\/*([?#].*)?$/s.exec(url) ?? []
  if (path.endsWith('.git')) return `${path}${rest}`
  return FORGES.test(url) ? `${path}.git${rest}` : undefined
}

/** Reads `https://host/path.git#reference:subdirectory`, as docker's contexts have it; also `?ref=…&subdir=…`. */
export function parseGitUrl(text: string, server: GitHubServer): Parsed<GitSource> {
  const shown = shownAddress(text)
  const url = urlOf(text)
  if (url === undefined)
    return refused('not the URL of a git repository: https://HOST/OWNER/NAME.git#REFERENCE:DIRECTORY', shown)
  if (url.username !== '' || url.password !== '') {
    const problem =
      'has credentials in it, which would stand in the arguments of the build’s pod; give them as github-token, or as the secret GIT_AUTH_TOKEN'
    return refused(problem)
  }
  const named = partsOf(url)
  if (typeof named === 'string') return refused(named, shown)
  const subdirectory = pathWithin(named.subdirectory)
  if (subdirectory === undefined) return refused('the directory leads out of the repository', shown)
  if (named.reference !== undefined && !isReference(named.reference))
    return refused('what it names is no branch, tag or commit', shown)
  const path = url.pathname.replace(/\/+$/, '').replace(/^\/+/, '')
  // The scheme counts: no token of a server with TLS goes out without.
  const isHere = url.origin === URL.parse(server.url)?.origin
  return parsed({
    kind: 'git',
    scheme: url.protocol === 'http:' ? 'http' : 'https',
    location: `${url.host}/${path}`,
    reference: named.reference,
    subdirectory,
    repository: isHere && isOwn(path, named.reference, server) ? server.repository : undefined,
    token: isHere ? server.token : undefined,
  })
}

/** An address for messages: its query may sign it, and what stands before an @ may be a password. */
export function shownAddress(text: string): string {
  return text.replace(/\?.*$/s, '?…').replace(/^((?:[a-z][a-z0-9+.-]*:)?(?:\/\/)?)[^/@\s]*@/i, '$1…@')
}

function isOwn(path: string, reference: string | undefined, { repository, sha }: GitHubServer): boolean {
  const name = path.replace(/\.git$/, '')
  return reference !== undefined && reference === sha && name.toLowerCase() === repository?.toLowerCase()
}

/** `git://` is Kaniko's own spelling, and is cloned over HTTPS. */
function urlOf(text: string): URL | undefined {
  const url = URL.parse(
    text.replace(/^git:\/\//i, 'https://').replace(/^github\.com\//i, 'https://github.com/'),
  )
  return url === null || url.pathname === '/' ? undefined : url
}

interface Named {
  readonly reference: string | undefined
  readonly subdirectory: string
}

/** What of a repository is named, by its fragment or its query; a sentence where that cannot be told. */
function partsOf(url: URL): Named | string {
  if (url.hash !== '' && url.search !== '')
    return 'names what to take twice, after ? and after #; leave one out'
  return url.hash === '' ? queryOf(url) : fragmentOf(url)
}

function fragmentOf(url: URL): Named {
  const [reference = '', ...rest] = decoded(url.hash.slice(1)).split(':')
  return { reference: reference === '' ? undefined : reference, subdirectory: rest.join(':') }
}

/** https://docs.docker.com/build/concepts/context/#url-queries */
function queryOf(url: URL): Named | string {
  const { ref, branch, tag, checksum, commit, subdir = '', ...others } = Object.fromEntries(url.searchParams)
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) return `?${unknown}= is not known here; ref, branch, tag, commit and subdir are`
  const names = [ref, branch, tag].filter((name) => name !== undefined)
  if (names.length > 1) return 'names more than one of ref, branch and tag'
  const id = commit ?? checksum
  if (id !== undefined && !/^[0-9a-f]{40}$/.test(id))
    return 'commit and checksum are the whole id of a commit, 40 digits'
  return { reference: id ?? names[0], subdirectory: subdir }
}

/** https://git-scm.com/docs/git-check-ref-format, so far that nothing else is meant by it. */
function isReference(text: string): boolean {
  return /^[\w][\w./+@-]*$/.test(text) && !/\.\.|\/\/|@\{|\.lock$|[./]$/.test(text)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
