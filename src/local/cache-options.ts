import { cacheReference, readReferences } from '../plan/buildkit-args.ts'
import type { LocalRequest } from '../request/build-request.ts'
import { printImageReference, printImageRepository } from '../request/image-reference.ts'
import { engineOf, isAtLeast, type LocalTool } from './local-tool.ts'

/** How layers of earlier builds are used. */
export interface CacheOptions {
  readonly args: readonly string[]
  /** Whether the cache is the one in the registry that the request names. */
  readonly isRegistry: boolean
  readonly note: string | undefined
}

/** The arguments for the cache, as far as a tool has one in a registry. */
export function cacheOptions(request: LocalRequest, tool: LocalTool): CacheOptions {
  if (request.cache.kind === 'off') {
    // With a notice nobody has said no: there is only no repository for it.
    const isUnwanted = request.cache.notice === undefined
    return { args: isUnwanted ? ['--no-cache'] : [], isRegistry: false, note: undefined }
  }
  switch (engineOf(tool)) {
    case 'buildkit':
    case 'nerdctl':
      return { args: buildkitCache(request, request.cache.write), isRegistry: true, note: undefined }
    case 'moby':
      return inlineCache(request, request.cache.write)
    case 'buildah':
      return buildahCache(request, tool)
    case 'classic':
      return { args: [], isRegistry: false, note: LOCAL_ONLY('docker’s classic builder') }
  }
}

function buildkitCache(request: LocalRequest, isWritten: boolean): readonly string[] {
  const reference = cacheReference(request) ?? ''
  // A cache that cannot be written is no reason to have no image.
  const to = `--cache-to=type=registry,ref=${reference},mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true`
  return [...[reference, ...readReferences(request.cache)].map(fromRegistry), ...(isWritten ? [to] : [])]
}

const fromRegistry = (reference: string): string => `--cache-from=type=registry,ref=${reference}`

/**
 * The BuildKit inside the daemon writes no cache of its own; what it knows of
 * layers goes into the image. It reads the caches that others have written.
 */
function inlineCache(request: LocalRequest, isWritten: boolean): CacheOptions {
  const { tags, push, cache } = request
  const [first] = tags
  const named = namedReferences(request).map(fromRegistry)
  if (cache.kind === 'on' && !cache.write && named.length > 0)
    return { args: named, isRegistry: true, note: undefined }
  if (first === undefined || !push)
    return { args: named, isRegistry: false, note: LOCAL_ONLY('docker’s own BuildKit') }
  return {
    args: [
      fromRegistry(printImageReference(first)),
      ...named,
      ...(isWritten ? ['--cache-to=type=inline'] : []),
    ],
    isRegistry: false,
    note: 'The cache is in the image itself, and has the layers of its last stage alone: docker’s own BuildKit writes no other. A builder of the driver docker-container does.',
  }
}

/** What the user names by its tag; a reference that is derived from a repository is nobody's image. */
function namedReferences(request: LocalRequest): readonly string[] {
  const { cache } = request
  const isNamed = cache.kind === 'on' && cache.tag !== undefined
  return isNamed ? [cacheReference(request) ?? '', ...readReferences(cache)] : []
}

function buildahCache({ cache }: LocalRequest, { kind, version }: LocalTool): CacheOptions {
  const isOld = !isAtLeast(version, kind === 'podman' ? '4.2' : '1.27')
  if (cache.kind === 'off' || isOld)
    return { args: ['--layers'], isRegistry: false, note: LOCAL_ONLY(`${kind} ${version}`) }
  const repository = printImageRepository(cache.repository)
  const full =
    cache.repository.registry === 'docker.io' ? `docker.io/${cache.repository.repository}` : repository
  return {
    args: [
      '--layers',
      `--cache-from=${full}`,
      ...(cache.write ? [`--cache-to=${full}`] : []),
      ...(isAtLeast(version, kind === 'podman' ? '4.3' : '1.28') ? [`--cache-ttl=${cache.ttlSeconds}s`] : []),
    ],
    isRegistry: true,
    note: undefined,
  }
}

const LOCAL_ONLY = (who: string): string =>
  `${who} keeps no layers in a registry: only layers that are on this machine are used again.`
