import type { Dockerfile } from '../progress/dockerfile.ts'
import { isUnknown } from '../progress/dockerfile.ts'
import type { AnyRequest, BuildRequest } from '../request/build-request.ts'
import type { ClusterBuilder } from '../request/builder-choice.ts'
import type { ContextSource } from '../request/context-source.ts'
import type { GitSource } from '../request/git-source.ts'
import type { FetchedFrom } from './build-plan.ts'
import type { GitCredentials } from './git-credentials.ts'
import { placesOf } from './places.ts'

/** Flags for a context that Kaniko fetches by itself; none for one that is brought to it. */
export function fetchedContextArgs(source: ContextSource): readonly string[] {
  switch (source.kind) {
    case 'path':
      return []
    case 'git':
      return gitArgs(source)
    case 'claim':
      return [`--context=dir://${placesOf('kaniko').context}`, ...below(source.path)]
    case 'url':
      return [`--context=${source.url}`]
  }
}

/**
 * A commit and a full name are part of the address; a branch's or tag's short
 * name is looked up by a flag. Each option is a flag of its own: a comma would
 * be part of the first. The history is nobody's in an image, but what is fetched
 * by its exact name after a shallow clone is not found where it lies behind
 * that: Kaniko does not tell the server that the clone is shallow (seen).
 */
function gitArgs({ location, reference, subdirectory }: GitSource): readonly string[] {
  const isExact = reference !== undefined && /^(?:[0-9a-f]{40}$|refs\/)/.test(reference)
  const isCloned = !isExact || reference.startsWith('refs/heads/')
  return [
    `--context=git://${location}${isExact ? `#${reference}` : ''}`,
    ...(reference === undefined || isExact ? [] : [`--git=branch=${reference}`]),
    '--git=single-branch=true',
    ...(isCloned ? ['--git=depth=1'] : []),
    ...below(subdirectory),
  ]
}

const below = (path: string): readonly string[] => (path === '' ? [] : [`--context-sub-path=${path}`])

/** Where a context is fetched from, without what may be secret in its address. */
export function fetchedFrom(source: ContextSource, git: GitCredentials | undefined): FetchedFrom {
  const kind = source.kind === 'path' ? 'url' : source.kind
  return { kind, shown: shownSource(source), as: git?.from }
}

/** A context in one line, for people. */
export function shownSource(source: ContextSource): string {
  switch (source.kind) {
    case 'path':
      return source.path
    case 'git': {
      const { scheme, location, reference = '', subdirectory } = source
      const directory = subdirectory === '' ? '' : `:${subdirectory}`
      const fragment = `${reference}${directory}`
      return `${scheme}://${location}${fragment === '' ? '' : `#${fragment}`}`
    }
    case 'claim':
      return `pvc://${source.claim}/${source.path}`
    case 'url':
      // An address that is signed is a key.
      return source.url.replace(/\?.*$/s, '?…')
  }
}

/** What in the addresses of a build's contexts lets anybody read them. */
export function addressSecrets({
  context,
  frontend,
}: Pick<AnyRequest, 'context' | 'frontend'>): readonly string[] {
  const named = frontend.contexts.flatMap(({ source }) => (source.kind === 'remote' ? [source.address] : []))
  return [...(context.kind === 'url' ? [context.url] : []), ...named].flatMap((address) => {
    const query = address.includes('?') ? address.slice(address.indexOf('?') + 1) : ''
    return query.length < 8 ? [] : [query, encodeURIComponent(query)]
  })
}

function gitNotes(
  { scheme }: GitSource,
  builder: ClusterBuilder,
  git: GitCredentials | undefined,
): readonly string[] {
  const read = git === undefined ? 'it' : 'it, and the token'
  return [
    ...(scheme === 'http'
      ? [`The context is cloned over plain HTTP: whoever is on the way can read ${read}, and change it.`]
      : []),
    ...(git === undefined ? [] : [`The context is cloned with ${git.from}.`]),
    ...(builder === 'kaniko' ? ['Submodules are not checked out.'] : []),
  ]
}

/** Sentences for the log: what is not known of such a context, and who clones it. */
export function fetchedNotes(
  { context: source, builder }: Pick<BuildRequest, 'context' | 'builder'>,
  dockerfile: Dockerfile,
  git: GitCredentials | undefined,
): readonly string[] {
  if (source.kind === 'path') return []
  return [
    ...(source.kind === 'git' ? gitNotes(source, builder, git) : []),
    ...(isUnknown(dockerfile)
      ? [
          'The Dockerfile is known to the executor only: credentials for its base images are those of `registries`.',
        ]
      : []),
  ]
}
