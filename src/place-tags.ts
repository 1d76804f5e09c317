import type { ClusterSession, FoundRegistry } from './cluster/cluster-session.ts'
import { IN_CLUSTER } from './request/cluster-registry.ts'
import type { BuildRequest } from './request/build-request.ts'
import { type ImageRepository, printImageRepository } from './request/image-reference.ts'
import type { Runner } from './runner/runner.ts'

/** A request whose every name has its registry. */
export interface PlacedTags {
  readonly request: BuildRequest
  /** Of the first tag, under the name by which nodes pull; undefined: it is the name it is pushed under. */
  readonly pullRepository: string | undefined
}

/** Asks the cluster where its registry is, if tags are meant for it. Throws as `readClusterRegistry` does. */
export async function placeTags(
  request: BuildRequest,
  session: ClusterSession,
  runner: Runner,
  signal: AbortSignal,
): Promise<PlacedTags> {
  const { registryNamespace } = request
  if (registryNamespace === undefined) return { request, pullRepository: undefined }
  const { credentials } = request.registryAccess
  const isKnown = (host: string): boolean => credentials.some(({ registry }) => registry === host)
  const found = await session.readClusterRegistry(registryNamespace, isKnown, signal)
  if (found.credentials !== undefined) runner.mask(found.credentials.password)
  const { pushHost, pullHost } = found.registry
  runner.info(`Registry in the cluster: pods push to ${pushHost}, nodes pull from ${pullHost}`)
  const [first] = request.tags
  const isThere = request.push && first?.registry === IN_CLUSTER
  return {
    request: placedIn(request, found),
    pullRepository: isThere ? printImageRepository({ ...first, registry: pullHost }) : undefined,
  }
}

const FROM = 'the registry’s installation'

/** The request as if the user had named that registry, which speaks plain HTTP, and its credentials. */
export function placedIn(
  request: BuildRequest,
  { registry: { pushHost }, credentials }: FoundRegistry,
): BuildRequest {
  const placed = <T extends ImageRepository>(one: T): T =>
    one.registry === IN_CLUSTER ? { ...one, registry: pushHost } : one
  const { tags, cache, insecureRegistries, registryAccess, verification } = request
  // The API server passes no credentials on: what nobody asked for must not fail for lack of them.
  const reads = verification.reads && !(verification.isByDefault && credentials !== undefined)
  return {
    ...request,
    tags: tags.map(placed),
    verification: { ...verification, reads },
    cache: cache.kind === 'on' ? { ...cache, repository: placed(cache.repository) } : cache,
    insecureRegistries: [...new Set([...insecureRegistries, pushHost])],
    registryAccess:
      credentials === undefined
        ? registryAccess
        : {
            ...registryAccess,
            credentials: [...registryAccess.credentials, { registry: pushHost, ...credentials, from: FROM }],
          },
  }
}
