import type { Place } from '../progress/build-record.ts'

/** What a build is made from, as far as this side of the cluster knows it. */
export type BuildContext = ContextArchive | FetchedContext

/** A context that the executor fetches by itself. */
export interface FetchedContext {
  readonly kind: 'fetched'
  /** Where the Dockerfile is, relative to the context. */
  readonly dockerfile: string
  /** The Dockerfile, for messages; undefined: nobody here could read it. */
  readonly source: DockerfileSource | undefined
}

/** A build context that is known to its last file, and how it reaches the pod. */
export interface ContextArchive {
  readonly kind: 'archive'
  readonly delivery: ContextDelivery
  /** Where the Dockerfile is, relative to the root of the archive. */
  readonly dockerfile: string
  /** The Dockerfile itself, for messages: what its lines are, and where in the workspace. */
  readonly source: DockerfileSource
  /** What COPY or ADD name and is not among what was packed; they may belong to a stage that is not built. */
  readonly missing: readonly MissingSource[]
  /** Files and links packed, directories not counted. */
  readonly files: number
  /** Their size before compression, in bytes. */
  readonly contentBytes: number
  /** Files and links left out by the ignore file; a directory left out without looking into it counts as one. */
  readonly ignored: number
  /** What most of a large context is, the largest first; empty for one that nobody would call large. */
  readonly largest: readonly LargeEntry[]
}

/** Either way it is one gzip member of a tar, the Dockerfile its last entry. */
export type ContextDelivery =
  /** Small enough to be held in memory, and in a ConfigMap. */
  | { readonly kind: 'configmap'; readonly bytes: Uint8Array }
  /** Packed while it is sent. */
  | { readonly kind: 'stream'; readonly open: OpenContext }

/**
 * The archive from its first byte, anew at each call, with the same bytes while
 * the files are the same. Each piece is valid until the next one is asked for.
 * Throws ActionError for a file that cannot be read or has changed.
 */
export type OpenContext = (signal: AbortSignal) => AsyncIterable<Uint8Array>

/** A file, or a directory with all that is in it. */
export interface LargeEntry {
  /** Relative to the context; a directory's ends in `/`. */
  readonly path: string
  readonly bytes: number
}

export interface DockerfileSource {
  /** Relative to the workspace or repository, with `/`; as the inputs say it, if it lies outside. */
  readonly path: string
  readonly text: string
}

/** A file that an instruction copies from the context, where it is not. */
export interface MissingSource {
  /** As the Dockerfile has it. */
  readonly source: string
  /** The instruction's lines. */
  readonly place: Place
  /** It is there, and this ignore file leaves it out: `.dockerignore`. Undefined: it is not there at all. */
  readonly ignoredBy: string | undefined
}
