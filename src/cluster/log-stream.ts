import { ActionError } from '../failure/failure.ts'
import { isAborted } from './aborted.ts'
import type { Api } from './api.ts'
import { ApiError, ConnectionError, connectionError } from './api-error.ts'
import type { LogEnd, LogLine } from './cluster-session.ts'
import { sentence } from './explain-error.ts'
import { LogReader } from './log-reader.ts'
import { backoffMs, withRetries } from './retry.ts'
import type { Patience, RetryPolicy } from './retry.ts'
import { isTransient } from './transient.ts'

/** A follow that is silent for so long is opened again: its other end may be gone. In milliseconds. */
export const IDLE_MS = 60_000

/**
 * A follow that has been silent for so long, with the container ended, has
 * given all it had. Waiting for its own end costs 0.2 s more; ending it while
 * it still catches up would lose what a rotated log file holds.
 */
export const QUIET_MS = 100

/**
 * A follow that ends by itself mostly means that the container has ended,
 * which the node reports up to a second later: waited for before it is opened
 * again. In milliseconds.
 */
const END_NEWS_MS = 1_500

const BACKOFF = { firstDelayMs: 100, maxDelayMs: 3_000 }
const LAST_READ: RetryPolicy = { attempts: 8, firstDelayMs: 200, maxDelayMs: 2_000, totalMs: 60_000 }

export interface LogSource {
  /** Path of the pod's log. */
  readonly path: string
  readonly container: string
}

/**
 * Follows a container's log to its end: see the port. A stream's end says
 * nothing about the container's (load balancers end silent ones, the kubelet
 * those of a rotated file), so it is opened again until `ended`, and what is
 * there is read once more without following.
 */
export async function followLog(
  api: Api,
  source: LogSource,
  onLine: (line: LogLine) => void,
  ended: Promise<void>,
  patience: Patience,
  signal: AbortSignal,
): Promise<LogEnd> {
  const following = new LogFollowing(api, source, onLine, patience, signal)
  void ended.then(() => following.containerEnded())
  try {
    await following.follow()
    await following.readRest()
  } catch (error) {
    following.reader.finish()
    if (signal.aborted) return { kind: 'incomplete', reason: 'it was not read to its end' }
    return { kind: 'incomplete', reason: whyUnreadable(error, api.server) }
  }
  const { gap } = following.reader
  return gap === undefined ? { kind: 'complete' } : { kind: 'incomplete', reason: gap }
}

class LogFollowing {
  readonly reader: LogReader
  readonly #api: Api
  readonly #source: LogSource
  readonly #patience: Patience
  readonly #signal: AbortSignal
  readonly #over = new AbortController()
  #lastChunk: number
  #failures = 0

  constructor(
    api: Api,
    source: LogSource,
    onLine: (line: LogLine) => void,
    patience: Patience,
    signal: AbortSignal,
  ) {
    this.#api = api
    this.#source = source
    this.#patience = patience
    this.#signal = signal
    this.#lastChunk = patience.clock.now()
    this.reader = new LogReader((line) => {
      this.#failures = 0
      onLine(line)
    })
  }

  containerEnded(): void {
    this.#over.abort()
  }

  /** Returns when the container has ended. Throws what makes reading on useless. */
  async follow(): Promise<void> {
    const waiting = AbortSignal.any([this.#signal, this.#over.signal])
    while (!waiting.aborted) {
      try {
        await this.#followOnce()
        await this.#patience.clock.sleep(END_NEWS_MS, waiting)
        // A clean end while the container runs on is some proxy's doing, and no end of a file.
        this.reader.end(this.#over.signal.aborted)
      } catch (error) {
        if (isAborted(waiting)) break
        if (!isTransient(error) && !isNotYetStarted(error)) throw error
        this.#failures++
        await this.#patience.clock.sleep(backoffMs(this.#failures, BACKOFF, this.#patience.random), waiting)
      }
    }
    this.#signal.throwIfAborted()
  }

  /** All that is there now, without following: what a follow left out, and what was cut off. */
  async readRest(): Promise<void> {
    await withRetries(() => this.#read({}, this.#signal), LAST_READ, this.#patience, this.#signal)
    this.reader.finish()
  }

  async #followOnce(): Promise<void> {
    const enough = new AbortController()
    this.#lastChunk = this.#patience.clock.now()
    const within = AbortSignal.any([this.#signal, enough.signal])
    const guard = this.#untilSilent(within).then(() => enough.abort())
    try {
      await this.#read({ follow: 'true' }, within)
    } catch (error) {
      this.#signal.throwIfAborted()
      if (!enough.signal.aborted) throw error
      // We ended it ourselves. If the container had ended too, it had given all it had.
      this.reader.end(this.#over.signal.aborted)
    } finally {
      enough.abort()
      await guard
    }
  }

  async #read(more: { readonly follow?: string }, signal: AbortSignal): Promise<void> {
    const query = {
      container: this.#source.container,
      timestamps: 'true',
      sinceTime: this.reader.sinceTime(),
      ...more,
    }
    const body = await this.#api.stream(this.#source.path, query, signal)
    this.reader.begin()
    let whole = false
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        this.#lastChunk = this.#patience.clock.now()
        this.reader.push(chunk)
      }
      whole = true
    } catch (error) {
      throw connectionError(error)
    } finally {
      this.reader.end(whole)
    }
  }

  /** Resolves when the follow has nothing more to give: long silent, or silent with the container ended. */
  async #untilSilent(within: AbortSignal): Promise<void> {
    const { clock } = this.#patience
    while (!within.aborted) {
      const hasEnded = this.#over.signal.aborted
      const left = this.#lastChunk + (hasEnded ? QUIET_MS : IDLE_MS) - clock.now()
      if (left <= 0) return
      await clock.sleep(left, hasEnded ? within : AbortSignal.any([within, this.#over.signal]))
    }
  }
}

/** 400 «container "kaniko" in pod "…" is waiting to start: ContainerCreating» */
function isNotYetStarted(error: unknown): boolean {
  return error instanceof ApiError && error.status === 400
}

function whyUnreadable(error: unknown, server: string): string {
  if (error instanceof ApiError && error.status === 404) return 'its pod is gone'
  if (isNotYetStarted(error)) return 'the container has none'
  const known = error instanceof ApiError || error instanceof ConnectionError || error instanceof ActionError
  if (!known) throw error
  return sentence(error, server)
}
