import { type BuilderName, isInCluster } from './builder-choice.ts'
import type { InputReader } from './input-reader.ts'
import { parseBoolean } from './scalars.ts'

/** What is proved of an image that was pushed, before a build counts as one. */
export interface Verification {
  /** That every tag of it, read back from its registry, is the very image. */
  readonly reads: boolean
  /** That a node of the cluster can pull it. */
  readonly pulls: boolean
  /** Whether nobody has said `reads`. */
  readonly isByDefault: boolean
}

/** Reads `verify` and `verify-pull`; `byDefault`: what `verify` is where it is not given. */
export function readVerification(
  reader: InputReader,
  {
    builder,
    push,
    byDefault,
  }: { readonly builder: BuilderName; readonly push: boolean; readonly byDefault: boolean },
): Verification {
  const reads = reader.read('verify', parseBoolean, undefined)
  const pulls = reader.read('verify-pull', parseBoolean, false)
  for (const [input, isAsked] of [
    ['verify', reads === true],
    ['verify-pull', pulls],
  ] as const) {
    if (isAsked && !push) reader.report({ input, value: 'true', problem: NOT_PUSHED })
  }
  if (pulls && !isInCluster(builder)) {
    reader.report({ input: 'verify-pull', value: 'true', problem: NO_CLUSTER })
  }
  return { reads: push && (reads ?? byDefault), pulls, isByDefault: reads === undefined }
}

const NOT_PUSHED = 'is about what is pushed, and push is false; leave it out'
const NO_CLUSTER =
  'lets a node of the cluster pull the image, and a builder of the runner asks no cluster; leave it out, verify: true reads the image back'
