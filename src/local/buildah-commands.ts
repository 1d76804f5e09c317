import { DOCKER_HUB, type ImageReference, printImageReference } from '../request/image-reference.ts'
import { each, commonArgs, contextArgs, given, type LocalDecided, pairs } from './local-decided.ts'
import type { LocalCommand } from './local-plan.ts'

/**
 * The commands that build, push and write files with buildah or podman, in
 * their order. The image has a name of the build's own until it is pushed: no
 * tag in the store of anybody else moves.
 * https://github.com/containers/buildah/blob/main/docs/buildah-build.1.md
 */
export function buildahCommands(decided: LocalDecided): readonly LocalCommand[] {
  const { request, tool, ownName, keepsImage } = decided
  const command = (does: LocalCommand['does'], ...args: readonly string[]): LocalCommand => ({
    program: tool.program,
    args,
    env: {},
    does,
  })
  const pushes = request.tags.map((tag, at) => ({
    ...command('push', 'push', ...pushArgs(decided, at === 0), ownName, `docker://${fullName(tag)}`),
    destination: printImageReference(tag),
  }))
  const [first] = request.tags
  const files = decided.files.map(({ form, temporary }) => {
    const named =
      first === undefined ? '' : `:${form === 'docker' ? fullName(first) : (first.tag ?? 'latest')}`
    const target = `${form}-archive:${temporary}${named}`
    return command('write', 'push', ...compression(decided, form), ownName, target)
  })
  const tags =
    keepsImage && first !== undefined ? [command('tag', 'tag', ownName, ...request.tags.map(fullName))] : []
  return [command('build', ...buildArgs(decided)), ...(request.push ? pushes : []), ...files, ...tags]
}

function buildArgs(decided: LocalDecided): readonly string[] {
  const { request, places, ownName, context } = decided
  const { executorOptions, frontend } = request
  return [
    'build',
    `--iidfile=${places.imageId}`,
    // What a failed step ran in would stay, mounted.
    '--force-rm',
    ...commonArgs(decided),
    ...(request.cache.kind === 'off' ? ['--layers=false'] : []),
    ...contextArgs(decided),
    ...each('annotation', pairs(request.annotations)),
    ...given('format', executorOptions.imageFormat ?? (decided.needsDockerFormat ? 'docker' : undefined)),
    ...(executorOptions.reproducible ? ['--timestamp=0'] : []),
    ...(frontend.pull ? ['--pull=always'] : []),
    ...access(decided),
    `--tag=${ownName}`,
    context,
  ]
}

function pushArgs(decided: LocalDecided, isFirst: boolean): readonly string[] {
  return [
    ...access(decided),
    ...(isFirst ? [`--digestfile=${decided.places.digest}`] : []),
    ...compression(decided, 'docker-registry'),
  ]
}

/** docker load reads no zstd. */
function compression({ request }: LocalDecided, form: string): readonly string[] {
  const { compression: format, compressionLevel } = request.executorOptions
  if (form === 'docker') return []
  return [...given('compression-format', format), ...given('compression-level', compressionLevel)]
}

/** Which registries are trusted, besides what the temporary registries.conf says. */
function access({ places, hasCertificates }: LocalDecided): readonly string[] {
  return hasCertificates ? [`--cert-dir=${places.certificates}`] : []
}

/** Nothing is left to the search for short names. */
function fullName(reference: ImageReference): string {
  const { registry, repository, tag, digest } = reference
  if (registry !== DOCKER_HUB) return printImageReference(reference)
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}
