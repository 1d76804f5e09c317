/**
 * Aborted when the runner wants the step to end. GitHub's runner sends SIGINT,
 * SIGTERM 7.5 s later, and kills 2.5 s after that; a second signal changes
 * nothing, because the removal that the first one began is what is to be done.
 */
export function stopSignal(process: NodeJS.EventEmitter): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop.abort())
  return stop.signal
}
