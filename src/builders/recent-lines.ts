/** How many of a build's last lines a diagnosis sees, and how much of each. */
const LINES = 200
const CHARACTERS = 4000

/** The last lines of a log, in memory that does not grow with the log. */
export interface RecentLines {
  add(text: string): void
  /** Oldest first. */
  all(): readonly string[]
}

export function recentLines(): RecentLines {
  const kept: string[] = []
  return {
    add(text) {
      kept.push(text.length > CHARACTERS ? text.slice(0, CHARACTERS) : text)
      if (kept.length > LINES) kept.shift()
    },
    all: () => [...kept],
  }
}
