import { openWire } from '../registry/wire.ts'

/** One file of a repository on GitHub. */
export interface RepositoryFile {
  /** `owner/name` */
  readonly repository: string
  /** Branch, tag, full name or commit; undefined: the default branch. */
  readonly reference: string | undefined
  readonly path: string
  /** Secret. */
  readonly token: string | undefined
}

/** A longer Dockerfile was not written by anybody who reads line numbers. In bytes. */
const LONGEST = 1 << 20

/** The file is there to explain the build by; nobody waits long for that. */
const LIMIT_MS = 3_000

/**
 * A file's text, by GitHub's REST API
 * (https://docs.github.com/en/rest/repos/contents); undefined if it cannot be had
 * in time, for whatever reason. Throws the signal's reason only.
 */
export async function readRepositoryFile(
  { repository, reference, path, token }: RepositoryFile,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (leadsElsewhere(repository) || leadsElsewhere(path)) return undefined
  const api = environment['GITHUB_API_URL'] || 'https://api.github.com'
  const escaped = (text: string): string => text.split('/').map(encodeURIComponent).join('/')
  const url = URL.parse(`${api}/repos/${escaped(repository)}/contents/${escaped(path)}`)
  if (url === null) return undefined
  if (reference !== undefined) url.searchParams.set('ref', reference)
  const within = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
  const wire = openWire(environment, url.host, { authority: undefined, skipsVerification: false }, within)
  try {
    const headers = {
      Accept: 'application/vnd.github.raw+json',
      'X-GitHub-Api-Version': '2022-11-28',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    }
    const { status, body } = await wire.get(url, headers, LONGEST)
    return status === 200 ? body.toString('utf8') : undefined
  } catch {
    signal.throwIfAborted()
    return undefined
  } finally {
    wire.close()
  }
}

/** URLs resolve such segments, and the token would go with a request for something else. */
const leadsElsewhere = (path: string): boolean =>
  path.split('/').some((part) => part === '.' || part === '..')
