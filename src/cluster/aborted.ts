/** A signal's state at this moment. TypeScript takes `signal.aborted` for unchanged across an `await`. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}
