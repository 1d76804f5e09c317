import { ActionError } from '../failure/failure.ts'
import { isAborted } from './aborted.ts'
import type { Api } from './api.ts'
import { ApiError, ConnectionError } from './api-error.ts'
import type { LogEnd, LogListener } from './cluster-session.ts'
import { Endurance } from './endurance.ts'
import { sentence } from './explain-error.ts'
import { LogBeginning } from './log-beginning.ts'
import { LogFiles } from './log-files.ts'
import type { LogSource } from './log-files.ts'
import { LogReader } from './log-reader.ts'
import type { LogStretch } from './log-stretch.ts'
import { backoffMs, withRetries } from './retry.ts'
import type { Patience, RetryPolicy } from './retry.ts'
import { isTransient } from './transient.ts'

/** A follow that is silent for so long is opened again: its other end may be gone. In milliseconds. */
export const IDLE_MS = 60_000

/** Opened again without a new line, it may be silent for twice as long, up to this: RUNs that print nothing take what time they take. */
const LONGEST_IDLE_MS = 240_000

/**
 * A follow that has been silent for so long, with the container ended, has
 * given all it had. Waiting for its own end costs 0.2 s more; ending it while
 * it still catches up would lose what a rotated log file holds.
 */
export const QUIET_MS = 100

/**
 * The same for one that has brought a flood: it may be behind by a log file,
 * whose rest nobody else has. Also: one that falls silent after a flood while
 * the container runs may have missed the beginning of a new file (the kubelet
 * only sees those that begin after it has once caught up). In milliseconds.
 */
export const FLOOD_QUIET_MS = 3_000

/**
 * A follow that ends by itself mostly means that the container has ended,
 * which the node reports up to a second later, and with a hundred pods at once up
 * to two: waited for before it is opened again. In milliseconds.
 */
const END_NEWS_MS = 3_000

/** Until which moment a stretch is complete: see `LogReader.end`. */
const WHOLE = Number.POSITIVE_INFINITY
const CUT = Number.NEGATIVE_INFINITY

const BACKOFF = { firstDelayMs: 100, maxDelayMs: 3_000 }
const LAST_READ: RetryPolicy = { attempts: 8, firstDelayMs: 200, maxDelayMs: 2_000, totalMs: 60_000 }

/**
 * Follows a container's log to its end: see the port. A stream's end says
 * nothing about the container's (load balancers end silent ones, the kubelet
 * those of a rotated file), so it is opened again until `ended`, and what is
 * there is read once more without following.
 */
export async function followLog(
  api: Api,
  source: LogSource,
  listener: LogListener,
  ended: Promise<void>,
  patience: Patience,
  signal: AbortSignal,
): Promise<LogEnd> {
  const following = new LogFollowing(api, source, listener, patience, signal)
  void ended.then(() => following.containerEnded())
  try {
    await following.follow()
    await following.readRest()
  } catch (error) {
    following.reader.finish()
    if (signal.aborted) return { kind: 'incomplete', reason: 'it was not read to its end' }
    return { kind: 'incomplete', reason: whyUnreadable(error, api.server) }
  } finally {
    following.close()
  }
  return following.end()
}

class LogFollowing {
  readonly reader: LogReader
  readonly #files: LogFiles
  readonly #beginning: LogBeginning
  readonly #listener: LogListener
  readonly #patience: Patience
  readonly #signal: AbortSignal
  readonly #over = new AbortController()
  readonly #endurance: Endurance
  #lastChunk: number
  #failures = 0
  /** How long a follow may be silent while the container runs, in milliseconds. */
  #idle = IDLE_MS
  #lines = 0
  /** How long the stream has been open without a word, in milliseconds: only until the first line. */
  #silent = 0
  #mayLackBeginning = false
  /** Milliseconds by which our clock is ahead of the lines' moments, with the least delay that was seen. */
  #ahead = Number.POSITIVE_INFINITY

  constructor(api: Api, source: LogSource, listener: LogListener, patience: Patience, signal: AbortSignal) {
    this.#listener = listener
    this.#patience = patience
    this.#signal = signal
    this.#endurance = new Endurance(patience.clock)
    this.#lastChunk = patience.clock.now()
    this.#beginning = new LogBeginning(source.startedAt)
    this.reader = new LogReader({
      line: (line) => {
        this.#failures = 0
        this.#idle = IDLE_MS
        this.#lines++
        if (!this.#beginning.isJudged) this.#judgeBeginning(line.time, line.text.length)
        listener.line(line)
      },
      gap: (text) => listener.gap(text),
    })
    this.#files = new LogFiles(api, source, this.reader, patience.clock, signal)
  }

  containerEnded(): void {
    this.#over.abort()
  }

  close(): void {
    this.#files.close()
  }

  /** Returns when the container has ended. Throws what makes reading on useless. */
  async follow(): Promise<void> {
    const waiting = AbortSignal.any([this.#signal, this.#over.signal])
    while (!waiting.aborted) {
      try {
        const stretch = this.#files.next() ?? (await this.#files.open({ follow: true }, this.#signal))
        this.#endurance.answered()
        const byItself = await this.#read(stretch)
        if (!byItself || !stretch.follows) continue
        await this.#patience.clock.sleep(END_NEWS_MS, waiting)
        // A clean end while the container runs on is some proxy's doing, and no end of a file.
        this.reader.end(this.#over.signal.aborted && this.#files.areKnown ? WHOLE : CUT)
      } catch (error) {
        if (isAborted(waiting)) break
        if (!isNotYetStarted(error) && !this.#mayPass(error)) throw error
        this.#failures++
        await this.#patience.clock.sleep(backoffMs(this.#failures, BACKOFF, this.#patience.random), waiting)
      }
    }
    this.#signal.throwIfAborted()
  }

  /** All that is there now, without following: what a follow left out, and what was cut off. */
  async readRest(): Promise<void> {
    for (let held = this.#files.next(); held !== undefined; held = this.#files.next()) {
      await this.#read(held).catch((error: unknown) => {
        if (this.#signal.aborted || !isTransient(error)) throw error
      })
    }
    await withRetries(
      () => this.#readOnce(),
      LAST_READ,
      this.#patience,
      this.#signal,
      (error) => this.#mayPass(error),
    )
    this.reader.finish()
  }

  #mayPass(error: unknown): boolean {
    return !isGone(error) && this.#endurance.bears(error)
  }

  async #readOnce(): Promise<void> {
    const byItself = await this.#read(await this.#files.open({ follow: false }, this.#signal))
    if (!byItself) throw new ConnectionError('ETIMEDOUT')
  }

  end(): LogEnd {
    const { gaps } = this.reader
    const [gap] = gaps
    const reasons = [
      ...(this.#mayLackBeginning ? ['its beginning may be missing'] : []),
      ...(gap === undefined
        ? []
        : [`lines ${gap} may be missing${gaps.length > 1 ? `, and at ${gaps.length - 1} more places` : ''}`]),
      ...(this.#lines === 0
        ? ['it holds no line: either the container printed none, or the node no longer has them']
        : []),
    ]
    return reasons.length === 0 ? { kind: 'complete' } : { kind: 'incomplete', reason: reasons.join('; ') }
  }

  /** Reads a stretch to its end, or until there is reason to go on with another. Whether it ended by itself. */
  async #read(stretch: LogStretch): Promise<boolean> {
    const { clock } = this.#patience
    const enough = new AbortController()
    const within = AbortSignal.any([this.#signal, enough.signal])
    const opened = clock.now()
    const hadEnded = this.#over.signal.aborted
    this.#lastChunk = opened
    // Only a follow ever leaves its file.
    this.reader.begin(stretch.follows ? this.#files.border : undefined)
    let wholeUntil = CUT
    const stop = (isWhole: boolean): void => {
      wholeUntil = isWhole ? WHOLE : CUT
      stretch.stop()
    }
    this.#signal.addEventListener('abort', () => stop(false), { once: true, signal: enough.signal })
    const guard = this.#untilSilent(stretch, within, stop)
    try {
      await stretch.read((chunk) => {
        const now = clock.now()
        if (this.#lines === 0) this.#silent = now - opened
        this.#lastChunk = now
        this.reader.push(chunk)
        this.#ahead = Math.min(this.#ahead, now - (this.reader.last ?? Number.NEGATIVE_INFINITY) / 1e6)
        if (this.reader.isAtBorder) stop(true)
        else this.#files.took(chunk.length, stretch, () => stop(true))
      })
      // One that does not follow ends with what there is now; a line may be printed before the next stretch begins.
      const isEnd = stretch.follows || hadEnded || this.#files.hasNext()
      if (!stretch.isStopped && this.#files.areKnown) wholeUntil = isEnd ? WHOLE : this.#nodeTime(clock.now())
      this.#signal.throwIfAborted()
      return !stretch.isStopped
    } finally {
      enough.abort()
      await guard
      this.reader.end(wholeUntil)
    }
  }

  /** Stops a stretch that has nothing more to give: long silent, or silent with the container ended. */
  async #untilSilent(
    stretch: LogStretch,
    within: AbortSignal,
    stop: (isWhole: boolean) => void,
  ): Promise<void> {
    const { clock } = this.#patience
    while (!isAborted(within)) {
      const hasEnded = this.#over.signal.aborted
      const left = this.#lastChunk + this.#patienceWith(stretch, hasEnded) - clock.now()
      if (left > 0) {
        await clock.sleep(
          Math.min(left, FLOOD_QUIET_MS),
          hasEnded ? within : AbortSignal.any([within, this.#over.signal]),
        )
      } else if (stretch.follows && !hasEnded && !this.#files.hasNext() && this.#files.isFlood) {
        await this.#files.lookAhead(stretch, () => stop(true))
        // Without news, silence begins anew.
        if (!this.#files.hasNext()) this.#lastChunk = clock.now()
      } else {
        if (stretch.follows && !hasEnded) this.#idle = Math.min(2 * this.#idle, LONGEST_IDLE_MS)
        // It had given all it had; of one that was silent for long nobody knows.
        stop(stretch.follows && (hasEnded || this.#files.hasNext()))
        return
      }
    }
  }

  #patienceWith(stretch: LogStretch, hasEnded: boolean): number {
    if (!stretch.follows) return IDLE_MS
    if (this.#files.hadFlood && (hasEnded || this.#files.isFlood || this.#files.hasNext())) {
      return FLOOD_QUIET_MS
    }
    return hasEnded ? QUIET_MS : this.#idle
  }

  /** The moment that the node's clock had reached by then, at least. */
  #nodeTime(now: number): number {
    return (now - this.#ahead) * 1e6
  }

  #judgeBeginning(time: string, characters: number): void {
    const sentence = this.#beginning.see(
      Date.parse(time) / 1000,
      time.length + characters,
      this.#silent / 1000,
    )
    if (sentence === undefined) return
    this.#mayLackBeginning = true
    this.#listener.gap(sentence)
  }
}

/** 400 «container "kaniko" in pod "…" is waiting to start: ContainerCreating» */
function isNotYetStarted(error: unknown): boolean {
  return error instanceof ApiError && error.status === 400
}

/** 404 «pods "app-1" not found» */
function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && !isTransient(error)
}

function whyUnreadable(error: unknown, server: string): string {
  if (isGone(error)) return 'its pod is gone'
  if (isNotYetStarted(error)) return 'the container has none'
  const known = error instanceof ApiError || error instanceof ConnectionError || error instanceof ActionError
  if (!known) throw error
  return sentence(error, server)
}
