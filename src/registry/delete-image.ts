import { type ImageReference, printImageReference } from '../request/image-reference.ts'
import { NoAnswer } from './no-answer.ts'
import type { ReadBackOptions } from './read-back.ts'
import { Repository } from './repository.ts'
import { openWire } from './wire.ts'

/** All of it, in milliseconds. */
const LIMIT_MS = 5_000

/**
 * Removes an image that is nobody else's, by its digest. A sentence where the
 * registry does not let it, which many do not. Never throws.
 */
export async function deleteImage(
  image: ImageReference,
  digest: string,
  options: ReadBackOptions,
): Promise<string | undefined> {
  const within = AbortSignal.any([options.signal, AbortSignal.timeout(LIMIT_MS)])
  const wire = openWire(options.environment, image.registry, options.trust, within)
  try {
    await new Repository(image, options.trust, wire).delete(digest)
    return undefined
  } catch (error) {
    const why = error instanceof NoAnswer ? error.reason : 'it gave no answer'
    return `the image ${printImageReference(image)} is left: ${image.registry} does not remove it (${why})`
  } finally {
    wire.close()
  }
}
