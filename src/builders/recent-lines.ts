import { instructionOf } from '../progress/kaniko-display.ts'

/** How many of a build's last lines a diagnosis sees, and how much of each. */
const LINES = 200
const CHARACTERS = 4000

/** The end of a log, in memory that does not grow with the log. */
export interface RecentLines {
  add(text: string): void
  /** Oldest first: the line that began the present instruction, however long ago, and the last lines. */
  all(): readonly string[]
}

export function recentLines(): RecentLines {
  const kept: string[] = []
  let dropped: string | undefined
  return {
    add(text) {
      kept.push(text.length > CHARACTERS ? text.slice(0, CHARACTERS) : text)
      const oldest = kept.length > LINES ? kept.shift() : undefined
      // A RUN that prints a lot must not push out what it is: the diagnosis names it.
      if (oldest !== undefined && instructionOf(oldest) !== undefined) dropped = oldest
    },
    all: () => (dropped === undefined ? [...kept] : [dropped, ...kept]),
  }
}
