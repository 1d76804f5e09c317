const HEARTBEAT_MS = 15_000

/** Prints one line of progress to standard error: standard output belongs to what a command answers. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Seconds since `start` (milliseconds of `Date.now()`), written for people. */
export function elapsed(start: number): string {
  const seconds = (Date.now() - start) / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${seconds.toFixed(0)} s`
  return `${Math.floor(seconds / 60).toFixed(0)} min ${Math.floor(seconds % 60).toFixed(0)} s`
}

/**
 * Runs one step of the lab's work and never leaves a silent minute: says what begins and how long it usually
 * takes, says every 15 seconds that it still runs, and how long it took in the end. Errors pass through.
 */
export async function step<Result>(
  title: string,
  usually: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const start = Date.now()
  say(`… ${title} (usually ${usually})`)
  const heartbeat = setInterval(() => {
    say(`  … ${title}: still at it after ${elapsed(start)}`)
  }, HEARTBEAT_MS)
  try {
    const result = await work()
    say(`✓ ${title}: ${elapsed(start)}`)
    return result
  } catch (error) {
    say(`✗ ${title}: failed after ${elapsed(start)}`)
    throw error
  } finally {
    clearInterval(heartbeat)
  }
}
