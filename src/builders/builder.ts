import type { BuildSnapshot } from '../cluster/cluster-session.ts'
import type { Failure } from '../failure/failure.ts'
import type { ImageFile } from '../request/image-files.ts'
import type { BuildRecord } from '../progress/build-record.ts'

/** `sha256:` and 64 hexadecimal digits. */
export type Digest = string & { readonly __brand: 'Digest' }

const DIGEST = /^sha256:[0-9a-f]{64}$/

/** The digest in a termination message, or undefined: what a build's process writes is not to be believed unchecked. */
export function parseDigest(text: string | undefined): Digest | undefined {
  const trimmed = text?.trim() ?? ''
  // The pattern is the whole definition of the brand.
  return DIGEST.test(trimmed) ? (trimmed as Digest) : undefined
}

/** How a build ended. A failed build is a value; an exception is a broken tool. */
export type BuildOutcome = Outcome & {
  readonly where: BuildPlace
  /** How it went; undefined if it never began. */
  readonly record: BuildRecord | undefined
}

type Outcome =
  | {
      readonly kind: 'built'
      readonly digest: Digest
      /** It was there already, and nothing was built. */
      readonly isSkipped?: true
      /** What the registry says of the digest; undefined where nothing was pushed. */
      readonly confirmation?: DigestConfirmation
      /** What the image takes in the registry, compressed; undefined where that is not known. */
      readonly imageBytes?: number | undefined
      /** Name of the pod that holds the image's files; only where there are to be any. */
      readonly pod?: string | undefined
      /** Its uid. */
      readonly podUid?: string | undefined
      /** The image's files on the runner. */
      readonly files?: readonly BroughtFile[] | undefined
    }
  | {
      readonly kind: 'failed'
      readonly failure: Failure
      /** What the cluster showed last; undefined where the build did not come that far. */
      readonly lastSeen?: BuildSnapshot | undefined
      /** It was created, and nobody saw what became of it: it may run. */
      readonly isLost?: boolean
    }
  | { readonly kind: 'cancelled'; readonly failure: Failure }

/** A file with the image on the runner. */
export interface BroughtFile {
  readonly form: ImageFile['form']
  /** Absolute. */
  readonly path: string
  readonly bytes: number
}

/** Whether the registry, asked afterwards, has the image under the digest that the executor gave. */
export type DigestConfirmation =
  | { readonly kind: 'confirmed' }
  /** `why`: a few words, to stand in a sentence: `the registry lets it be pushed, not read`. */
  | { readonly kind: 'unconfirmed'; readonly why: string }

/** What is known of where the build ran, as far as it came. */
export interface BuildPlace {
  readonly namespace: string | undefined
  readonly job: string | undefined
  readonly node: string | undefined
  /** `linux/amd64`, from the node that ran the build; undefined if that cannot be read. */
  readonly platform: string | undefined
}
