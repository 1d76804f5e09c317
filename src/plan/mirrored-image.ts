import type { BuildRequest } from '../request/build-request.ts'
import { DOCKER_HUB, type ImageReference } from '../request/image-reference.ts'

/** Where a build reads an image first: a mirror of its registry, if there is one. */
export function mirrored(
  image: ImageReference,
  { registryMirrors, executorOptions }: Pick<BuildRequest, 'registryMirrors' | 'executorOptions'>,
): ImageReference {
  const hub = image.registry === DOCKER_HUB ? registryMirrors[0] : undefined
  const mirror = executorOptions.registryMap.get(image.registry) ?? hub
  if (mirror === undefined) return image
  const [registry = '', ...path] = mirror.split('/')
  return { ...image, registry, repository: [...path, image.repository].join('/') }
}
