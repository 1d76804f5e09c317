import type { OpenContext } from '../context/context-archive.ts'
import { ActionError } from '../failure/failure.ts'
import type { Api } from './api.ts'
import { ApiError } from './api-error.ts'
import { unlessAborted } from './aborted.ts'
import type { Delivering, DeliveryEnd } from './cluster-session.ts'
import { attachRefused, explainAttach } from './explain-attach.ts'
import { FrameSender } from './frame-sender.ts'
import { backoffMs } from './retry.ts'
import type { Patience } from './retry.ts'
import type { StdinChannel } from './stdin-channel.ts'
import { isTransient } from './transient.ts'

/**
 * A refused attach opens like any other, and is told 10 to 30 ms later. What
 * is sent before that is lost; there is no sign that it has been accepted.
 */
const REFUSAL_MS = 80

/** Between tries while the container is on its way: it costs the build nothing to be there before it runs. */
const AGAIN = { firstDelayMs: 40, maxDelayMs: 1_000 }

/** So many tries are made before they become rarer. */
const OFTEN = 40

/** Once the container runs, refusals for so long mean that it will stay so. */
const GIVE_UP_MS = 30_000

/** Where a context is to go. */
export interface Target {
  /** Path of the pod's attach subresource. */
  readonly path: string
  readonly container: string
  readonly namespace: string
}

/** Streams a context into a container's standard input: see the port. */
export async function deliverContext(
  api: Api,
  target: Target,
  open: OpenContext,
  delivering: Delivering,
  patience: Patience,
  signal: AbortSignal,
): Promise<DeliveryEnd> {
  const tries = new Tries(target, delivering.started, patience, signal)
  for (;;) {
    const channel = await tries.attach(api)
    const abort = (): void => channel.terminate()
    signal.addEventListener('abort', abort, { once: true })
    try {
      const end = await deliverOver(channel, open, delivering.onArrival, signal)
      if (end.kind !== 'never-attached') return end
      await tries.again(end.reason)
    } finally {
      channel.terminate()
      signal.removeEventListener('abort', abort)
    }
  }
}

/** A refusal that came after the sending had begun: nobody has seen what was sent. */
interface NeverAttached {
  readonly kind: 'never-attached'
  readonly reason: string
}

/** One channel, from the context's first byte to the channel's end. */
async function deliverOver(
  channel: StdinChannel,
  open: OpenContext,
  onArrival: (bytes: number) => void,
  signal: AbortSignal,
): Promise<DeliveryEnd | NeverAttached> {
  const sender = new FrameSender(channel)
  for await (const piece of open(signal)) {
    await sender.take(piece)
    if (channel.isOver) break
  }
  if (!channel.isOver) {
    await sender.flush()
    channel.endInput()
    if ((await channel.confirmed()) || (await endedWell(channel))) {
      onArrival(sender.bytes)
      await channel.ended
      return { kind: 'arrived' }
    }
  }
  const end = await channel.ended
  signal.throwIfAborted()
  const reason = end.kind === 'cut' ? end.reason : end.message || 'the container took no more'
  if (end.kind === 'status' && !end.succeeded && isNotRunning(reason))
    return { kind: 'never-attached', reason }
  return { kind: 'cut', bytes: sender.bytes, reason }
}

/** A process that has read all it wants may end before the confirmation comes. */
async function endedWell(channel: StdinChannel): Promise<boolean> {
  const end = await channel.ended
  return end.kind === 'status' && end.succeeded
}

/** Attempts to attach, until one is not refused. */
class Tries {
  readonly #target: Target
  readonly #patience: Patience
  readonly #signal: AbortSignal
  #startedAt: number | undefined
  #tried = 0

  constructor(target: Target, started: Promise<void>, patience: Patience, signal: AbortSignal) {
    this.#target = target
    this.#patience = patience
    this.#signal = signal
    void started.then(() => (this.#startedAt = patience.clock.now()))
  }

  /** Throws ActionError (`attach-refused`, and what else a request can come to). */
  async attach(api: Api): Promise<StdinChannel> {
    for (;;) {
      this.#signal.throwIfAborted()
      const channel = await this.#attachOnce(api)
      if (typeof channel !== 'string') return channel
      await this.again(channel)
    }
  }

  /** Waits for the time of the next try after one that failed; throws ActionError if it was the last. */
  async again(why: string): Promise<void> {
    const { clock, random } = this.#patience
    if (this.#startedAt !== undefined && clock.now() - this.#startedAt > GIVE_UP_MS) {
      throw attachRefused(why, this.#target)
    }
    this.#tried++
    // For the first seconds as often as can be: a pod that runs waits for its context.
    const slower = Math.max(1, this.#tried - OFTEN)
    await clock.sleep(backoffMs(slower, AGAIN, random), this.#signal)
  }

  /** Or why not, if that may pass. */
  async #attachOnce(api: Api): Promise<StdinChannel | string> {
    const { path, container } = this.#target
    try {
      const channel = await api.attach(path, { container, stdin: 'true' }, this.#signal)
      const end = await this.#refusal(channel)
      if (end === undefined) return channel
      channel.terminate()
      return end
    } catch (error) {
      if (error instanceof ActionError || this.#signal.aborted) throw error
      if (!isTransient(error) && !isNotThere(error)) throw explainAttach(error, this.#target, api.server)
      return error instanceof Error ? error.message : ''
    }
  }

  /** Why this channel is none; undefined if nothing speaks against it. */
  async #refusal(channel: StdinChannel): Promise<string | undefined> {
    const enough = new AbortController()
    const time = this.#patience.clock.sleep(REFUSAL_MS, enough.signal).then(() => undefined)
    const end = await unlessAborted(Promise.race([channel.ended, time]), this.#signal)
    enough.abort()
    if (end === undefined) return undefined
    return end.kind === 'cut' ? end.reason : end.message
  }
}

/** 404: the pod is not known yet; 400: it has no node yet. A server that takes no WebSockets says 400 too. */
function isNotThere(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  return error.status === 404 || (error.status === 400 && !/upgrade request required/i.test(error.message))
}

/** What the kubelet and its runtime say of a container that nobody can attach to. */
function isNotRunning(message: string): boolean {
  return /not found|not running|CONTAINER_(?:CREATED|EXITED|UNKNOWN)|waiting to start|is not created/i.test(
    message,
  )
}
