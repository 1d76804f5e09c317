/** A signal's state at this moment. TypeScript takes `signal.aborted` for unchanged across an `await`. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}

/** What `promise` comes to, or the signal's reason if that comes first: for what cannot be aborted itself. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await Promise.race([aborted.promise, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
