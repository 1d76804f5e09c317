/** A packed build context, small enough to be held in memory. */
export interface ContextArchive {
  /** One gzip member of a tar, the Dockerfile its last entry. */
  readonly bytes: Uint8Array
  /** Where the Dockerfile is, relative to the root of the archive. */
  readonly dockerfile: string
  /** Files and links packed, directories not counted. */
  readonly files: number
  /** Their size before compression, in bytes. */
  readonly contentBytes: number
  /** Files and links left out by the ignore file; a directory left out without looking into it counts as one. */
  readonly ignored: number
}
