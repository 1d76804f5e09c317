import type { Annotation } from '../report/annotations.ts'

/**
 * What a build needs of whatever started it: GitHub's runner, or a terminal.
 * Everything said through it is ours; what a build prints goes through
 * `untrusted` and can set nothing.
 */
export interface Runner {
  /** The raw input, trimmed; undefined if it was not set at all. */
  input(name: string): string | undefined
  /** One line, or several, of the log. */
  info(text: string): void
  /** Shown on the run's page too. */
  notice(text: string): void
  warning(text: string): void
  /** In the log, on the run's page and, with a place, at its lines in the pull request. */
  annotate(annotation: Annotation): void
  /** Begins a group of lines that is shown closed. Groups do not nest. */
  group(title: string): void
  endGroup(): void
  /** Hides a value, wherever it is printed from now on. */
  mask(value: string): void
  output(name: string, value: string): void
  /** Adds Markdown to the page of the run; nothing where there is none. */
  summary(markdown: string): void
  saveState(name: string, value: string): void
  /** What `saveState` saved in the main phase; empty if nothing. */
  state(name: string): string
  /** A stretch of text that somebody else wrote. */
  untrusted(): UntrustedText
}

/** Lines between `untrusted()` and `end()` are shown, and obeyed by nobody. */
export interface UntrustedText {
  line(text: string): void
  end(): void
}
