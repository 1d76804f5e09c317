/** The part of a process that says when to stop. */
export interface Stoppable extends NodeJS.EventEmitter {
  readonly stdout?: NodeJS.EventEmitter
  readonly stderr?: NodeJS.EventEmitter
}

/**
 * Aborted when the runner wants the step to end, or when nobody reads any more
 * what it prints: a pipe that was closed, a terminal that is gone. Without a
 * listener that would end the process with all that it has created. GitHub's runner sends SIGINT,
 * SIGTERM 7.5 s later, and kills 2.5 s after that; a second signal changes
 * nothing, because the removal that the first one began is what is to be done.
 */
export function stopSignal(process: Stoppable): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop.abort())
  for (const stream of [process.stdout, process.stderr]) stream?.on('error', () => stop.abort())
  return stop.signal
}
