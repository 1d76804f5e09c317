/** A place where a container tool builds, tags, pushes or signs in. */
export interface BuildFinding {
  /** Relative to the repository, with `/`. */
  readonly file: string
  /** One-based. */
  readonly line: number
  /** As it is written there, on one line. */
  readonly command: string
  /** The step that takes its place, as YAML that begins in the first column. Undefined where a person must decide. */
  readonly replacement: string | undefined
  /** Why there is no replacement, as one sentence. Undefined where there is one. */
  readonly reason: string | undefined
}

/** What to know of a change, at its place in the file as it was. */
export interface Note {
  readonly file: string
  /** One-based. */
  readonly line: number
  /** One sentence. */
  readonly text: string
}

/** A command on one line, as it is shown. */
export function onOneLine(command: string): string {
  return command
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .replaceAll(/\s*\n\s*/g, '; ')
    .trim()
}
