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
      if (end !== 'never-attached') return end
    } finally {
      channel.terminate()
      signal.removeEventListener('abort', abort)
    }
  }
}

/** One channel, from the context's first byte to the channel's end. */
async function deliverOver(
  channel: StdinChannel,
  open: OpenContext,
  onArrival: (bytes: number) => void,
  signal: AbortSignal,
): Promise<DeliveryEnd | 'never-attached'> {
  const sender = new FrameSender(channel)
  for await (const piece of open(signal)) {
    await sender.take(piece)
    if (channel.isOver) break
  }
  if (!channel.isOver) {
    await sender.flush()
    channel.endInput()
    if (await channel.confirmed()) {
      onArrival(sender.bytes)
      await channel.ended
      return { kind: 'arrived' }
    }
  }
  const end = await channel.ended
  signal.throwIfAborted()
  if (end.kind === 'status' && !end.succeeded && isNotRunning(end.message)) return 'never-attached'
  const reason = end.kind === 'cut' ? end.reason : end.message || 'the container took no more'
  return { kind: 'cut', bytes: sender.bytes, reason }
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
    const { clock, random } = this.#patience
    for (;;) {
      this.#signal.throwIfAborted()
      const channel = await this.#attachOnce(api)
      if (channel !== undefined) return channel
      this.#tried++
      // For the first seconds as often as can be: a pod that runs waits for its context.
      const slower = Math.max(1, this.#tried - 40)
      await clock.sleep(backoffMs(slower, AGAIN, random), this.#signal)
    }
  }

  async #attachOnce(api: Api): Promise<StdinChannel | undefined> {
    const { path, container } = this.#target
    try {
      const channel = await api.attach(path, { container, stdin: 'true' }, this.#signal)
      const end = await this.#refusal(channel)
      if (end === undefined) return channel
      channel.terminate()
      this.#giveUpLate(end)
    } catch (error) {
      if (error instanceof ActionError || this.#signal.aborted) throw error
      if (!isTransient(error) && !isNotThere(error)) throw explainAttach(error, this.#target, api.server)
      this.#giveUpLate(error instanceof Error ? error.message : '')
    }
    return undefined
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

  #giveUpLate(why: string): void {
    const late = this.#startedAt !== undefined && this.#patience.clock.now() - this.#startedAt > GIVE_UP_MS
    if (late) throw attachRefused(why, this.#target)
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
