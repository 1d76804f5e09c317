import type { Place } from '../progress/build-record.ts'

/** A packed build context, small enough to be held in memory. */
export interface ContextArchive {
  /** One gzip member of a tar, the Dockerfile its last entry. */
  readonly bytes: Uint8Array
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
}

export interface DockerfileSource {
  /** Relative to the workspace, with `/`. */
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
