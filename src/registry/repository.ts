import { createHash } from 'node:crypto'

import { DOCKER_HUB, type ImageRepository } from '../request/image-reference.ts'
import { parseChallenge } from './challenge.ts'
import type { RegistryCredentials } from './confirmation.ts'
import { LONGEST_MANIFEST, type Manifest, MANIFEST_TYPES, parseManifest, parsePlatform } from './manifest.ts'
import { NoAnswer } from './no-answer.ts'
import type { Wire, WireAnswer } from './wire.ts'

/** A manifest in a repository, and the sha256 digest of its bytes as they came. */
export interface StoredManifest extends Manifest {
  readonly digest: string
  /** As they came. */
  readonly text: string
  /** As the registry calls it; without it no other registry would know what the bytes are. */
  readonly mediaType: string
}

const LONGEST_TOKEN_ANSWER = 64 << 10
const REDIRECTS = 3

/**
 * One repository of a registry, for reading, and for further tags of what is there. Asks without any credentials
 * first, and only as its registry demands then: with a token for pulling, or by
 * name and password.
 */
export class Repository {
  readonly #wire: Wire
  readonly #base: URL
  readonly #path: string
  readonly #credentials: RegistryCredentials | undefined
  /** As tokens name what they are for. */
  readonly #actions: 'pull' | 'pull,push'
  #authorization: string | undefined

  constructor(
    { registry, repository }: ImageRepository,
    access: { readonly isInsecure: boolean; readonly credentials: RegistryCredentials | undefined },
    wire: Wire,
    actions: 'pull' | 'pull,push' = 'pull',
  ) {
    this.#actions = actions
    const host = registry === DOCKER_HUB ? 'registry-1.docker.io' : registry
    this.#base = new URL(`${access.isInsecure ? 'http' : 'https'}://${host}`)
    this.#path = repository
    this.#credentials = access.credentials
    this.#wire = wire
  }

  /** What a tag or a digest leads to; undefined if there is nothing. Throws `NoAnswer`. */
  async manifest(reference: string): Promise<StoredManifest | undefined> {
    const answer = await this.#read(new URL(`/v2/${this.#path}/manifests/${reference}`, this.#base))
    if (answer.status === 404) return undefined
    if (answer.status !== 200) throw new NoAnswer(statusWords(answer.status))
    const manifest = parseManifest(answer.body)
    if (manifest === undefined) throw new NoAnswer('it sent something that is no manifest')
    // The header of the same name says what the registry believes; the bytes say what is there.
    return {
      ...manifest,
      digest: `sha256:${createHash('sha256').update(answer.body).digest('hex')}`,
      text: answer.body.toString('utf8'),
      mediaType: manifest.mediaType ?? answer.headers['content-type'] ?? '',
    }
  }

  /** Lets a tag lead to a manifest whose images are there. Throws `NoAnswer`. */
  async tag(name: string, { text, mediaType }: StoredManifest): Promise<void> {
    const url = new URL(`/v2/${this.#path}/manifests/${name}`, this.#base)
    const put = () => this.#wire.put(url, { ...this.#headers(url), 'Content-Type': mediaType }, text)
    let answer = await put()
    if (answer.status === 401 && this.#authorization === undefined) {
      this.#authorization = await this.#authorize(answer.headers['www-authenticate'])
      answer = await put()
    }
    if (answer.status !== 201) throw new NoAnswer(statusWords(answer.status))
  }

  /** What an image is for, `linux/amd64`; all of them for an index. Undefined where its config does not say. Throws `NoAnswer`. */
  async platforms({ platforms, config }: Manifest): Promise<readonly string[] | undefined> {
    if (platforms !== undefined || config === undefined) return platforms
    const answer = await this.#read(new URL(`/v2/${this.#path}/blobs/${config}`, this.#base))
    if (answer.status !== 200) throw new NoAnswer(statusWords(answer.status))
    const platform = parsePlatform(answer.body)
    return platform === undefined ? undefined : [platform]
  }

  /** Removes a manifest by its digest; one that is not there is no trouble. Throws `NoAnswer`. */
  async delete(digest: string): Promise<void> {
    const url = new URL(`/v2/${this.#path}/manifests/${digest}`, this.#base)
    const once = () => this.#wire.delete(url, this.#headers(url), LONGEST_TOKEN_ANSWER)
    let answer = await once()
    if (answer.status === 401 && this.#authorization === undefined) {
      this.#authorization = await this.#authorize(answer.headers['www-authenticate'], 'pull,delete')
      answer = await once()
    }
    if ([200, 202, 204, 404].includes(answer.status)) return
    if (answer.status === 405) throw new NoAnswer('it removes no images')
    if (answer.status === 401 || answer.status === 403) throw new NoAnswer('these credentials may not remove')
    throw new NoAnswer(statusWords(answer.status))
  }

  async #read(url: URL): Promise<WireAnswer> {
    const answer = await this.#follow(url)
    if (answer.status !== 401 || this.#authorization !== undefined) return answer
    this.#authorization = await this.#authorize(answer.headers['www-authenticate'])
    return this.#follow(url)
  }

  async #follow(url: URL): Promise<WireAnswer> {
    let at = url
    for (let left = REDIRECTS; left >= 0; left--) {
      const answer = await this.#wire.get(at, this.#headers(at), LONGEST_MANIFEST)
      const { location } = answer.headers
      if (answer.status < 300 || answer.status >= 400 || location === undefined) return answer
      at = this.#permitted(location, at)
    }
    throw new NoAnswer('it redirects without end')
  }

  /** What authorizes for this registry is for no other host. */
  #headers(url: URL): Readonly<Record<string, string>> {
    const isHere = url.origin === this.#base.origin
    return {
      Accept: MANIFEST_TYPES.join(', '),
      'Accept-Encoding': 'identity',
      ...(isHere && this.#authorization !== undefined ? { Authorization: this.#authorization } : {}),
    }
  }

  async #authorize(header: string | undefined, actions: string = this.#actions): Promise<string> {
    const challenge = parseChallenge(header)
    const basic = this.#credentials && basicOf(this.#credentials)
    if (challenge?.kind === 'bearer') return `Bearer ${await this.#token(challenge, basic, actions)}`
    if (challenge?.kind === 'basic' && basic !== undefined) return basic
    throw new NoAnswer(NEEDS_CREDENTIALS)
  }

  async #token(
    { realm, service }: { readonly realm: string; readonly service: string | undefined },
    basic: string | undefined,
    actions: string,
  ): Promise<string> {
    const url = this.#permitted(realm, this.#base)
    if (service !== undefined) url.searchParams.set('service', service)
    url.searchParams.set('scope', `repository:${this.#path}:${actions}`)
    const headers = basic === undefined ? {} : { Authorization: basic }
    const answer = await this.#wire.get(url, headers, LONGEST_TOKEN_ANSWER)
    const token = answer.status === 200 ? tokenIn(answer.body.toString('utf8')) : undefined
    if (token === undefined) throw new NoAnswer(statusWords(answer.status === 200 ? 401 : answer.status))
    return token
  }

  /** Where a registry sends us to: never from TLS to plain text. */
  #permitted(location: string, from: URL): URL {
    const url = URL.parse(location, from.href)
    const isAllowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && from.protocol === 'http:')
    if (url === null || !isAllowed) throw new NoAnswer('it sends to a place that is not safe')
    url.username = ''
    url.password = ''
    return url
  }
}

const NEEDS_CREDENTIALS = 'it wants credentials for reading, and this step has none for it'

function statusWords(status: number): string {
  if (status === 401 || status === 403) return NEEDS_CREDENTIALS
  if (status === 429) return 'it answers no more requests for now (429)'
  return `it answered with status ${status}`
}

function basicOf({ username, password }: RegistryCredentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** `{"token": …}`, or OAuth's `{"access_token": …}`; only what can stand in a header. */
function tokenIn(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as { readonly token?: unknown; readonly access_token?: unknown } | null
    const token = value?.token ?? value?.access_token
    return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token) ? token : undefined
  } catch {
    return undefined
  }
}
