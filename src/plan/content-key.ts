import { type Dockerfile, frontendOf, isUnknown } from '../progress/dockerfile.ts'
import type { BuildRequest } from '../request/build-request.ts'
import { type ImageReference, parseImageReference, printImageReference } from '../request/image-reference.ts'
import { baseImageNames } from './image-names.ts'

/** Everything that an image follows from, as far as it can be known before the build. */
export interface KeyGrounds {
  readonly request: BuildRequest
  /** Where the Dockerfile is in the context. */
  readonly dockerfile: string
  /** Of the context, without times. */
  readonly contentHash: string
  /** Digests of the images that the Dockerfile reads, by their names. */
  readonly baseImages: ReadonlyMap<string, string>
  /** `linux/amd64`, of the nodes that may build. */
  readonly platforms: readonly string[]
}

/** A change of how keys are made makes all others. */
const VERSION = 1

/** A time in the image, which says nothing of what is in it. */
const CREATED = 'org.opencontainers.image.created'

/** Digits of the hash in a tag: as many as nobody finds two images for. */
const DIGITS = 40

/**
 * The tag that an image of these grounds has: `hybrid-build-` and digits. Values of secrets are not
 * in it: a hash of a password would be a way to guess it. Nor are labels that the action adds by itself.
 * `sha256` gives hexadecimal digits.
 */
export function contentTag(
  { request, dockerfile, contentHash, baseImages, platforms }: KeyGrounds,
  sha256: (text: string) => string,
): string {
  const { executorOptions, frontend, ...rest } = request
  const grounds = {
    version: VERSION,
    builder: rest.builder,
    executor: rest.executor,
    dockerfile,
    contentHash,
    baseImages: sorted(baseImages),
    buildArgs: sorted(rest.buildArgs),
    target: rest.target,
    platforms: rest.platform?.name ?? [...platforms].sort(),
    labels: sorted(rest.labels).filter(([name]) => name !== CREATED),
    annotations: sorted(rest.annotations),
    secrets: [...rest.secrets.keys()].sort(),
    options: { ...executorOptions, verbosity: undefined, pushRetries: undefined, registryMap: undefined },
    frontend: { ...frontend, pull: undefined },
    capabilities: [...rest.pod.capabilities].sort(),
    arguments: rest.kanikoArgs,
  }
  return `hybrid-build-${sha256(JSON.stringify(grounds)).slice(0, DIGITS)}`
}

const sorted = (map: ReadonlyMap<string, string>): readonly (readonly [string, string])[] =>
  [...map].sort(([one], [other]) => (one < other ? -1 : 1))

/** What a Dockerfile is made from besides its context, or why nobody can tell. */
export type Sources =
  | { readonly kind: 'images'; readonly images: readonly ImageReference[] }
  /** A sentence without its period. */
  | { readonly kind: 'unknowable'; readonly why: string }

/** Looks for what a build fetches: images can be compared by their digests, and all else cannot. */
export function sourcesOf(dockerfile: Dockerfile, request: BuildRequest): Sources {
  if (isUnknown(dockerfile)) return unknowable('nobody here can read the Dockerfile')
  const remote = request.frontend.contexts.find(({ source }) => source.kind === 'remote')
  if (remote !== undefined)
    return unknowable(`the context ${remote.name} of \`build-contexts\` is fetched by the build`)
  const fetching = dockerfile.stages.flatMap(({ instructions }) => instructions).find(isFetching)
  if (fetching !== undefined) {
    return unknowable(`the build fetches what ADD names on line ${fetching.place.firstLine}`)
  }
  const syntax = request.builder === 'buildkit' ? frontendOf(dockerfile) : undefined
  const names = [...baseImageNames(dockerfile, request.buildArgs), ...(syntax === undefined ? [] : [syntax])]
  const images: ImageReference[] = []
  for (const name of new Set(names)) {
    const reference = parseImageReference(name)
    if (reference.kind === 'problems') {
      return unknowable('the Dockerfile names an image by a variable that only the build knows')
    }
    images.push(reference.value)
  }
  return { kind: 'images', images: images.toSorted(compare) }
}

const compare = (one: ImageReference, other: ImageReference): number =>
  printImageReference(one) < printImageReference(other) ? -1 : 1

const unknowable = (why: string): Sources => ({ kind: 'unknowable', why })

/** With a checksum what is fetched is the same, or nothing. */
function isFetching({ keyword, text }: { readonly keyword: string; readonly text: string }): boolean {
  return (
    keyword === 'ADD' &&
    /\s(?:https?:\/\/|git@|git:\/\/|ssh:\/\/|\$)/.test(text) &&
    !/\s--checksum=/.test(text)
  )
}
