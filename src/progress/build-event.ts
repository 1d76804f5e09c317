import type { BuildWarning, Step } from './build-record.ts'

/** What happens in a build, as it happens: a builder's log, read. Texts are the build's own: not to be trusted. */
export type BuildEvent =
  /** The step before it, if any, has ended. */
  | { readonly kind: 'begin'; readonly step: Step }
  /** What the step prints; it may hold several lines. */
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'end'; readonly step: EndedStep }
  | { readonly kind: 'warning'; readonly warning: BuildWarning }

export interface EndedStep extends Step {
  readonly seconds: number
  readonly cache: 'hit' | 'miss' | undefined
  /** This is where the cache of its stage ended: what came before was in it. */
  readonly endsCache: boolean
}
