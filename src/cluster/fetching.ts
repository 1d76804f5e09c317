/** Where the bytes of a file go. */
export interface FileSink {
  /** Drops what came before, if anything did. Throws ActionError where nothing can be written. */
  begin(): Promise<void>
  /** Takes a piece; a promise where whoever sends should wait for it. It rejects with an ActionError. */
  write(data: Uint8Array): Promise<void> | undefined
  /** Resolves when all that came is written. Throws ActionError. */
  end(): Promise<Received>
}

/** What arrived, as the receiver counts it. */
export interface Received {
  readonly bytes: number
  /** Lower case hexadecimal. */
  readonly sha256: string
}

export interface Fetching {
  readonly sink: FileSink
  /** It begins once more; `reason` is fit for the log. */
  readonly onAgain: (reason: string) => void
}
