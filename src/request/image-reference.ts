import { type Parsed, parsed, refused } from './parsed.ts'

/**
 * Names of images, as Docker reads them.
 * Grammar and normalisation: https://github.com/distribution/reference
 */

/** Where images of one name are kept. */
export interface ImageRepository {
  /** host[:port]; Docker Hub is `docker.io`. */
  readonly registry: string
  /** Path in the registry; Docker's own images are below `library/`. */
  readonly repository: string
}

export interface ImageReference extends ImageRepository {
  readonly tag?: string
  /** `algorithm:hex` */
  readonly digest?: string
}

export const DOCKER_HUB = 'docker.io'

const LONGEST_REPOSITORY = 255
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const DOMAIN_COMPONENT = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const REGISTRY = new RegExp(
  `^(?:${DOMAIN_COMPONENT}(?:\\.${DOMAIN_COMPONENT})*|\\[[a-fA-F0-9:]+\\])(?::([0-9]+))?$`,
)
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/
/** Hexadecimal digits of the algorithms that registries know. */
const DIGEST_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
])

/** Whether `text` is a registry's host[:port]. */
export function isRegistry(text: string): boolean {
  const match = REGISTRY.exec(text)
  return match !== null && Number(match[1] ?? 1) >= 1 && Number(match[1] ?? 1) <= 65_535
}

/** Whether `text` is the path of a repository in a registry, or the beginning of one. */
export function isRepositoryPath(text: string): boolean {
  return text.length <= LONGEST_REPOSITORY && text.split('/').every((component) => COMPONENT.test(component))
}

/** Reads `[registry/]repository[:tag][@digest]`. */
export function parseImageReference(text: string): Parsed<ImageReference> {
  const problem = surfaceProblem(text)
  if (problem !== undefined) return refused(problem, text)

  const [named = '', digest, ...rest] = text.split('@')
  if (rest.length > 0) return refused('more than one "@" in it', text)
  if (digest !== undefined && !isDigest(digest)) {
    return refused('what follows "@" is not a digest (sha256: and 64 hexadecimal digits)', text)
  }
  // A colon before the last slash belongs to the registry's port.
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  const path = colon < 0 ? named : named.slice(0, colon)
  const tag = colon < 0 ? undefined : named.slice(colon + 1)
  if (tag !== undefined && !TAG.test(tag)) return refused(tagProblem(tag), text)

  const place = placeOf(path)
  const wrong = placeProblem(place, text)
  if (wrong !== undefined) return refused(wrong, text)
  return parsed({
    ...place,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  })
}

/** Reads `[registry/]repository`; a tag or a digest is refused. */
export function parseImageRepository(text: string): Parsed<ImageRepository> {
  const reference = parseImageReference(text)
  if (reference.kind === 'problems') return reference
  const { registry, repository, tag, digest } = reference.value
  if (tag === undefined && digest === undefined) return parsed({ registry, repository })
  return refused(
    `a repository is named without tag and digest (${printImageRepository({ registry, repository })})`,
    text,
  )
}

/** The shortest text that means the same to Docker: `acme/app` for Docker Hub, with the registry for all others. */
export function printImageRepository({ registry, repository }: ImageRepository): string {
  if (registry !== DOCKER_HUB) return `${registry}/${repository}`
  const [first = '', ...rest] = repository.split('/')
  if (first === 'library' && rest.length === 1) return rest[0] ?? ''
  // Without its registry such a path would name another one.
  return rest.length > 0 && looksLikeRegistry(first) ? `${registry}/${repository}` : repository
}

/** As `printImageRepository`, with tag and digest. */
export function printImageReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`
  return `${printImageRepository(reference)}${tag}${digest}`
}

/** The last part of the repository: what people call the image. */
export function imageName({ repository }: ImageRepository): string {
  return repository.slice(repository.lastIndexOf('/') + 1)
}

function placeOf(path: string): ImageRepository {
  const slash = path.indexOf('/')
  const first = slash < 0 ? '' : path.slice(0, slash)
  if (slash < 0 || !looksLikeRegistry(first)) {
    return { registry: DOCKER_HUB, repository: slash < 0 ? `library/${path}` : path }
  }
  const repository = path.slice(slash + 1)
  if (first !== DOCKER_HUB && first !== 'index.docker.io') return { registry: first, repository }
  return { registry: DOCKER_HUB, repository: repository.includes('/') ? repository : `library/${repository}` }
}

/**
 * Docker also takes a first part with capitals for a registry. Here it is a
 * repository in capitals, as Kaniko reads it, and as it was nearly always meant.
 */
function looksLikeRegistry(first: string): boolean {
  return first.includes('.') || first.includes(':') || first === 'localhost'
}

/** What can be seen before the parts are told apart; mostly variables that turned out to be empty. */
function surfaceProblem(text: string): string | undefined {
  if (text === '') return 'an empty name'
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)
  if (scheme !== null) return `a reference has no "${scheme[0]}"; leave it out`
  if (/\s/.test(text)) return 'a reference has no blanks in it'
  if (text.startsWith('/')) {
    return 'nothing stands before the first "/": is the variable for the registry set?'
  }
  if (text.includes('//')) return 'nothing stands between two "/": is a variable in it empty?'
  if (/\/(?:$|[:@])/.test(text)) return 'nothing follows the last "/": is a variable in it empty?'
  return undefined
}

function placeProblem({ registry, repository }: ImageRepository, text: string): string | undefined {
  if (registry.includes(':') && !isRegistry(registry))
    return `"${registry}" is not a host with a port (1 to 65535)`
  if (!isRegistry(registry)) return `"${registry}" is not a host name`
  if (/[A-Z]/.test(repository)) return `a repository name is lower case (${lowerRepository(text)})`
  if (repository.length > LONGEST_REPOSITORY) {
    return `a repository name has at most ${LONGEST_REPOSITORY} characters, this one has ${repository.length}`
  }
  const wrong = repository.split('/').find((component) => !COMPONENT.test(component))
  if (wrong === undefined) return undefined
  // The commonest one: a branch's name as the tag.
  if (wrong.includes(':')) return tagProblem(text.slice(text.indexOf(wrong) + wrong.indexOf(':') + 1))
  return `"${wrong}" in it is not a name: lower case letters and digits, with single ".", "_", "__" or "-" between them`
}

function lowerRepository(text: string): string {
  const slash = text.indexOf('/')
  const registry = slash >= 0 && looksLikeRegistry(text.slice(0, slash)) ? text.slice(0, slash + 1) : ''
  return registry + text.slice(registry.length).toLowerCase()
}

function tagProblem(tag: string): string {
  if (tag === '') return 'nothing follows the ":": is the variable for the tag set?'
  if (tag.length > 128) return `a tag has at most 128 characters, this one has ${tag.length}`
  return `"${tag}" is not a tag: letters, digits, "_", "." and "-", not beginning with "." or "-" (${sameAsTag(tag)})`
}

/** The nearest text that is a tag: a branch `feature/x` becomes `feature-x`. */
function sameAsTag(tag: string): string {
  return tag.replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, '') || 'latest'
}

function isDigest(text: string): boolean {
  if (!DIGEST.test(text)) return false
  const [algorithm = '', hex = ''] = text.split(':')
  return (DIGEST_LENGTHS.get(algorithm) ?? hex.length) === hex.length
}
