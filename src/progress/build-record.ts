/** What is known of how a build went: for the summary, the annotations and the outputs. Plain values. */
export interface BuildRecord {
  /** What the cluster did before the executor ran, and after; in order. */
  readonly phases: readonly Phase[]
  /** What the executor did, in order; the last one may not have ended by itself. */
  readonly steps: readonly StepRecord[]
  /** Undefined where the build used no cache. */
  readonly cache: CacheUse | undefined
  readonly warnings: readonly BuildWarning[]
}

/** Milliseconds everywhere are counted from just before the first create. */
interface Span {
  readonly beganMs: number
  readonly endedMs: number
}

/** A stretch of time that is the cluster's: `schedule`, `start`, `pull the executor`, … */
export interface Phase extends Span {
  readonly title: string
}

/**
 * - `prepare`: until the first stage: manifests are read, the Dockerfile is checked
 * - `base`: a FROM: its image is fetched and unpacked
 * - `instruction`: one instruction, its snapshot included
 * - `finish`: between the last instruction and the push: files kept for later stages, layers on their way to the cache
 * - `push`: to one destination
 */
export type StepKind = 'prepare' | 'base' | 'instruction' | 'finish' | 'push'

export interface Step {
  readonly kind: StepKind
  /** One line: `[build 3/6] RUN npm ci`. The build's own text: not to be trusted. */
  readonly title: string
  /** Where it stands in the Dockerfile; undefined for what stands in none (ONBUILD of a base image: the FROM's lines). */
  readonly place: Place | undefined
}

export interface StepRecord extends Step, Span {
  /** `hit`: taken from the cache. `miss`: run although the cache could have had it. Undefined: nothing that is cached. */
  readonly cache: 'hit' | 'miss' | undefined
}

/** Lines of a file, counted from 1, both ends included. */
export interface Place {
  /** Relative to the workspace, with `/`. Of a file outside of it, for people alone: begins with `/` or `../`. */
  readonly path: string
  readonly firstLine: number
  readonly lastLine: number
}

export interface CacheUse {
  readonly hits: number
  readonly misses: number
  /** The first instruction that the cache did not have. */
  readonly firstMiss: Step | undefined
  /** The last hit before it, in the same stage: where the cache ended. */
  readonly lastHitBefore: Step | undefined
}

/**
 * - `lint`: the executor's checks of the Dockerfile
 * - `ignored`: the executor does not do what an instruction asks for
 * - `cache`: the cache could not be written or read; the image is the same
 */
export interface BuildWarning {
  readonly kind: 'lint' | 'ignored' | 'cache'
  /** A few words: `StageNameCasing`, `not supported by Kaniko`. */
  readonly title: string
  /** One sentence. The build's own text may be quoted in it. */
  readonly text: string
  readonly place: Place | undefined
}
