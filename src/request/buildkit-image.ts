import type { UserNamespaceChoice } from './build-request.ts'
import { imageName, parseImageReference } from './image-reference.ts'
import type { InputReader } from './input-reader.ts'

/** BuildKit's rootless images have this at the end of their tags. */
const SUFFIX = '-rootless'

/** Whether an image of BuildKit runs without root: by its tag, or its name where it has none. */
export function isRootless(image: string): boolean {
  const reference = parseImageReference(image)
  if (reference.kind === 'problems') return false
  return (reference.value.tag ?? imageName(reference.value)).includes('rootless')
}

/**
 * The image without root that belongs to one of BuildKit's: `…/buildkit:v0.34.2` →
 * `…/buildkit:v0.34.2-rootless`. Undefined where there is no tag to tell it from, or
 * a digest beside it, which is another image's.
 */
export function rootlessImage(image: string): string | undefined {
  if (isRootless(image)) return image
  const reference = parseImageReference(image)
  if (reference.kind === 'problems') return undefined
  const { tag, digest } = reference.value
  if (tag === undefined || digest !== undefined) return undefined
  // The images that follow each release: `latest` and `rootless`.
  return tag === 'latest' ? `${image.slice(0, -tag.length)}rootless` : `${image}${SUFFIX}`
}

/**
 * The image of BuildKit that fits: outside a user namespace only the rootless one
 * may be let onto a node, and what is privileged there would own it.
 */
export function buildkitImage(
  image: string,
  userNamespace: UserNamespaceChoice,
  reader: InputReader,
): string {
  if (image === '') return image
  if (userNamespace === 'always' && isRootless(image)) {
    const problem =
      'is rootless, and makes a user namespace by itself; leave user-namespace: true out, or name the image without -rootless'
    reader.report({ input: 'executor', value: image, problem })
  }
  if (userNamespace !== 'never') return image
  const rootless = rootlessImage(image)
  if (rootless !== undefined) return rootless
  const problem = `with user-namespace: false BuildKit runs rootless; name its rootless image, like docker.io/moby/buildkit:v0.34.2${SUFFIX}`
  reader.report({ input: 'executor', value: image, problem })
  return image
}
