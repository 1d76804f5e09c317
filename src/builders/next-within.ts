import type { Clock } from '../clock.ts'

/** Result of waiting for the next of a sequence: the value, its end, or the time that passed instead. */
export type Next<T> =
  { readonly kind: 'value'; readonly value: T } | { readonly kind: 'end' } | { readonly kind: 'time' }

/**
 * The next values of a sequence, each waited for no longer than asked, nor
 * beyond `interruption`, which counts as the end of that time. A value that
 * comes too late is not lost: the next call gets it.
 */
export function nextWithin<T>(
  sequence: AsyncIterator<T>,
  clock: Clock,
): (ms: number, interruption?: Promise<unknown>) => Promise<Next<T>> {
  let pending: Promise<Next<T>> | undefined
  return async (ms, interruption = new Promise(() => undefined)) => {
    pending ??= sequence
      .next()
      .then((result) => (result.done === true ? { kind: 'end' } : { kind: 'value', value: result.value }))
    const alarm = new AbortController()
    const time = Promise.race([clock.sleep(Math.max(0, ms), alarm.signal), interruption]).then(
      (): Next<T> => ({ kind: 'time' }),
    )
    try {
      const next = await Promise.race([pending, time])
      if (next.kind !== 'time') pending = undefined
      return next
    } finally {
      alarm.abort()
    }
  }
}
