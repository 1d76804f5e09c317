import type { ImageReference } from '../request/image-reference.ts'
import { NoAnswer } from './no-answer.ts'
import type { Reading } from './read-back.ts'
import { Repository, type StoredManifest } from './repository.ts'
import { serviceWire } from './service-proxy.ts'
import { openWire, type Wire } from './wire.ts'

/** What a registry has under a name. `reason` stands after the registry's name and a colon. */
export type Known<T> =
  { readonly kind: 'known'; readonly value: T } | { readonly kind: 'unknown'; readonly reason: string }

/** Images in registries, as far as this runner can ask and may write. Nothing here throws. */
export interface KnownImages {
  /** What a tag, or the digest in the reference, leads to; undefined: nothing. */
  find(image: ImageReference, reading: Reading): Promise<Known<StoredManifest | undefined>>
  /** Lets the reference's tag lead to the manifest, whose images are in that repository. */
  tag(image: ImageReference, manifest: StoredManifest, reading: Reading): Promise<Known<undefined>>
}

/** For one question, in milliseconds. */
const LIMIT_MS = 5_000

/** `environment` may name a proxy. */
export function knownImages(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): KnownImages {
  const ask = async <T>(
    image: ImageReference,
    { trust, through }: Reading,
    question: (repository: Repository) => Promise<T>,
    actions: 'pull' | 'pull,push',
  ): Promise<Known<T>> => {
    const over = async (open: (within: AbortSignal) => Wire): Promise<Known<T>> => {
      const limit = AbortSignal.timeout(LIMIT_MS)
      const wire = open(AbortSignal.any([signal, limit]))
      try {
        return { kind: 'known', value: await question(new Repository(image, trust, wire, actions)) }
      } catch (error) {
        if (limit.aborted) return { kind: 'unknown', reason: `it did not answer within ${LIMIT_MS / 1000} s` }
        const reason = error instanceof NoAnswer ? error.reason : 'its address cannot be used'
        return { kind: 'unknown', reason }
      } finally {
        wire.close()
      }
    }
    const direct = await over((within) => openWire(environment, image.registry, trust, within))
    if (direct.kind === 'known' || through === undefined || signal.aborted) return direct
    return over((within) => serviceWire(through.service, through.passOn, within))
  }
  return {
    find: (image, reading) =>
      ask(image, reading, (repository) => repository.manifest(image.digest ?? image.tag ?? 'latest'), 'pull'),
    tag: (image, manifest, reading) =>
      ask(
        image,
        reading,
        async (repository) => {
          await repository.tag(image.tag ?? 'latest', manifest)
          return undefined
        },
        'pull,push',
      ),
  }
}
