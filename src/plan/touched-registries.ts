import { type Dockerfile, frontendOf, isUnknown } from '../progress/dockerfile.ts'
import type { AnyRequest } from '../request/build-request.ts'
import { parseImageReference } from '../request/image-reference.ts'
import { imagesOf } from './image-names.ts'

/** What a build does at a registry. */
export type RegistryUse = 'push' | 'cache' | 'base images' | 'mirror'

/** A registry that a build speaks to, as its images are spelled: host[:port], Docker Hub `docker.io`. */
export interface TouchedRegistry {
  readonly registry: string
  readonly uses: readonly RegistryUse[]
}

/** The registries that a build touches; credentials of others stay where they are. Those it pushes to come first. */
export function touchedRegistries(request: AnyRequest, dockerfile: Dockerfile): readonly TouchedRegistry[] {
  const { tags, push, cache, registryMirrors, executorOptions, buildArgs } = request
  const mirrors = [...registryMirrors, ...executorOptions.registryMap.values()]
  // Where nobody can tell what the Dockerfile reads, those that the user names for this build.
  const named = request.registryAccess.credentials.map(({ registry }) => registry)
  const uses: readonly (readonly [RegistryUse, readonly string[]])[] = [
    ['push', push ? tags.map(({ registry }) => registry) : []],
    ['cache', cache.kind === 'on' ? [cache.repository.registry] : []],
    [
      'base images',
      [
        ...(isUnknown(dockerfile) ? named : imagesOf(dockerfile, buildArgs).map(({ registry }) => registry)),
        ...furtherImages(request, dockerfile),
      ],
    ],
    ['mirror', mirrors.map((mirror) => mirror.split('/')[0] ?? mirror)],
  ]
  const registries = [...new Set(uses.flatMap(([, names]) => names))]
  return registries.map((registry) => ({
    registry,
    uses: uses.filter(([, names]) => names.includes(registry)).map(([use]) => use),
  }))
}

/** Images that only BuildKit reads: of further contexts, of what scans for an SBOM, of the Dockerfile's own frontend. */
function furtherImages({ builder, frontend }: AnyRequest, dockerfile: Dockerfile): readonly string[] {
  if (builder === 'kaniko') return []
  const contexts = frontend.contexts.flatMap(({ source }) =>
    source.kind === 'remote' ? (/^docker-image:\/\/(.+)$/.exec(source.address)?.[1] ?? []) : [],
  )
  const scanners = frontend.attestations.flatMap(({ attributes }) =>
    attributes.flatMap((attribute) => /^generator=(.+)$/.exec(attribute)?.[1] ?? []),
  )
  const syntax = frontendOf(dockerfile)
  return [...contexts, ...scanners, ...(syntax === undefined ? [] : [syntax])].flatMap((name) => {
    const reference = parseImageReference(name)
    return reference.kind === 'value' ? [reference.value.registry] : []
  })
}
