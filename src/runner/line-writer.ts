/** Lines for a stream whose every write costs a call of the system: put together, and written before anything else happens. */
export interface LineWriter {
  line(text: string): void
  /** Writes what is pending, now: before somebody else writes to the same stream, and at the end. */
  flush(): void
}

/** What is written at once at most, in characters. */
const LARGEST = 65_536

/**
 * A build may print a million lines, and a write for each costs more than all
 * the rest. They leave when the present turn of the event loop is over: nobody
 * sees them later for it.
 */
export function lineWriter(write: (text: string) => void): LineWriter {
  let pending = ''
  let scheduled = false
  const flush = (): void => {
    if (pending === '') return
    const text = pending
    pending = ''
    write(text)
  }
  return {
    line(text) {
      pending += `${text}\n`
      if (pending.length > LARGEST) flush()
      else if (!scheduled) {
        scheduled = true
        setImmediate(() => {
          scheduled = false
          flush()
        })
      }
    },
    flush,
  }
}
