import type { ClusterSession, CreatedBuild } from '../cluster/cluster-session.ts'
import type { OpenContext } from '../context/context-archive.ts'
import { contextCut } from '../failure/ended-by-us.ts'
import { ActionError } from '../failure/failure.ts'
import type { Failure } from '../failure/failure.ts'
import type { Clock } from '../clock.ts'
import type { BuildObserver } from './build-observer.ts'

/**
 * How long an executor may take to end after the connection with its context
 * was cut, in milliseconds. One that does not is waiting for what will not come.
 */
const CUT_GRACE_MS = 15_000

interface Delivering {
  readonly session: ClusterSession
  readonly observer: BuildObserver
  readonly clock: Clock
}

/** The context of one attempt on its way into the pod, if it is one that is streamed. */
export class ContextDelivery {
  readonly #build: CreatedBuild
  readonly #open: OpenContext | undefined
  readonly #delivering: Delivering
  readonly #signal: AbortSignal
  readonly #started = Promise.withResolvers<undefined>()
  #news = Promise.withResolvers<undefined>()
  #pod: string | undefined
  #cut: { readonly reason: string; readonly at: number } | undefined
  #broken: { readonly error: unknown } | undefined

  constructor(
    build: CreatedBuild,
    open: OpenContext | undefined,
    delivering: Delivering,
    signal: AbortSignal,
  ) {
    this.#build = build
    this.#open = open
    this.#delivering = delivering
    this.#signal = signal
  }

  /** Begins as soon as there is a pod: to be there before its container runs costs nothing. */
  begin(podName: string | undefined): void {
    if (this.#open === undefined || podName === undefined || this.#pod !== undefined) return
    this.#pod = podName
    void this.#deliver(this.#open, podName)
      .catch((error: unknown) => {
        if (!this.#signal.aborted) this.#broken = { error }
      })
      .then(() => this.#news.resolve(undefined))
  }

  containerRuns(): void {
    this.#started.resolve(undefined)
  }

  /** Resolves at news that changes what the methods below say. */
  get news(): Promise<void> {
    return this.#news.promise
  }

  /** The news have been heard. */
  heard(): void {
    this.#news = Promise.withResolvers<undefined>()
  }

  /** By the clock: until when an executor whose context was cut may go on. */
  get deadline(): number {
    return this.#cut === undefined ? Infinity : this.#cut.at + CUT_GRACE_MS
  }

  /** What is wrong with the context, or with the way to the pod; throws what is no failure but a mistake of ours. */
  get failure(): Failure | undefined {
    if (this.#broken === undefined) return undefined
    if (this.#broken.error instanceof ActionError) return this.#broken.error.failure
    throw this.#broken.error
  }

  /** The failure of a build that was given a part of its context; undefined if all of it arrived. */
  get cut(): Failure | undefined {
    return this.#cut === undefined ? undefined : contextCut(this.#cut.reason)
  }

  async #deliver(open: OpenContext, podName: string): Promise<void> {
    const { session, observer, clock } = this.#delivering
    const onArrival = (bytes: number): void => observer.note(`The context has arrived: ${megabytes(bytes)}.`)
    const delivering = { started: this.#started.promise, onArrival }
    const end = await session.deliverContext(this.#build, podName, open, delivering, this.#signal)
    if (end.kind === 'arrived') return
    this.#cut = { reason: `${end.reason} after ${megabytes(end.bytes)}`, at: clock.now() }
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`
