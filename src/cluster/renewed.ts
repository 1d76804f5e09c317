import type { Clock } from '../clock.ts'

/** What was fetched, and for how long it is good. */
export interface Lasting<T> {
  readonly value: T
  /** From now on, in milliseconds; negative where a clock is off, undefined if it does not expire. */
  readonly lifetimeMs: number | undefined
}

/** Fetched anew this long before it expires, in milliseconds: clocks differ, and a request takes its time. */
export const LEEWAY_MS = 60_000

/**
 * What has just been fetched is used for so long whatever it says of its end, in
 * milliseconds: where the runner's clock is off, each request would fetch it anew.
 */
const AT_LEAST_MS = 10_000

export interface Renewed<T> {
  readonly current: () => Promise<T>
  /** The server refused it: the next `current` fetches it anew. */
  readonly forget: () => void
}

/**
 * Something that expires: fetched when it is first needed, and again shortly before
 * its end or when it is refused. Once, however many ask at the same time.
 */
export function renewed<T>(fetch: () => Promise<Lasting<T>>, clock: Pick<Clock, 'now'>): Renewed<T> {
  let kept: { readonly value: T; readonly until: number } | undefined
  let flight: Promise<T> | undefined
  async function renew(): Promise<T> {
    const { value, lifetimeMs } = await fetch()
    const good = lifetimeMs === undefined ? Infinity : Math.max(lifetimeMs - LEEWAY_MS, AT_LEAST_MS)
    kept = { value, until: clock.now() + good }
    return value
  }
  return {
    async current() {
      if (flight === undefined && kept !== undefined && clock.now() < kept.until) return kept.value
      flight ??= renew().finally(() => (flight = undefined))
      return flight
    },
    // A flight that is under way brings what is newer than what was refused.
    forget: () => (kept = undefined),
  }
}
