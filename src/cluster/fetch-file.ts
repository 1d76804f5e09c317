import { HELPER_CONTAINER } from '../plan/helper-container.ts'
import { type ImageSource, sendScript } from '../plan/helper-scripts.ts'
import { unlessAborted } from './aborted.ts'
import type { Api } from './api.ts'
import { oneLine } from './api-error.ts'
import type { PodAddress } from './cluster-session.ts'
import type { ChannelEnd, ContainerChannel } from './container-channel.ts'
import { cannotBeRead, explainExec, notBroughtOver } from './explain-exec.ts'
import type { Fetching, Received } from './fetching.ts'
import { execOf } from './paths.ts'
import { Receiver } from './receiver.ts'
import { backoffMs, DURING_BUILD, withRetries } from './retry.ts'
import type { Patience } from './retry.ts'

/** From the beginning each time. */
const ATTEMPTS = 3
const AGAIN = { firstDelayMs: 500, maxDelayMs: 5_000 }

/** The API server answers pings whatever became of the node: so long without a byte, in milliseconds, is a cut. */
const STALL_MS = 60_000

/** Fetches a file through the container beside Kaniko's: see the port. */
export async function fetchFile(
  api: Api,
  pod: PodAddress,
  source: ImageSource,
  fetching: Fetching,
  patience: Patience,
  signal: AbortSignal,
): Promise<Received> {
  for (let tried = 1; ; tried++) {
    const { got, trouble, refusal } = await attempt(api, pod, source, fetching, patience, signal)
    if (refusal !== undefined) throw cannotBeRead(refusal)
    if (trouble === undefined) return got
    if (tried === ATTEMPTS) throw notBroughtOver(trouble, ATTEMPTS)
    fetching.onAgain(trouble)
    await patience.clock.sleep(backoffMs(tried, AGAIN, patience.random), signal)
    signal.throwIfAborted()
  }
}

interface Attempt {
  readonly got: Received
  /** What went wrong in a way that may pass; undefined if the file is whole. */
  readonly trouble: string | undefined
  /** Why the container will not send it, however often it is asked. */
  readonly refusal: string | undefined
}

async function attempt(
  api: Api,
  pod: PodAddress,
  source: ImageSource,
  { sink }: Fetching,
  patience: Patience,
  signal: AbortSignal,
): Promise<Attempt> {
  await sink.begin()
  const receiver = new Receiver(sink)
  const channel = await open(api, pod, source, receiver, patience, signal)
  receiver.listenTo(channel)
  const over = new AbortController()
  try {
    const ends = [channel.ended, receiver.failed, stalled(receiver, patience, over.signal)]
    const end = await unlessAborted(Promise.race(ends), signal)
    receiver.stop()
    const got = await sink.end()
    const refusal = end.kind === 'status' && !end.succeeded ? oneLine(receiver.errors) : ''
    return {
      got,
      trouble: troubleIn(end, receiver, got),
      refusal: refusal === '' ? undefined : refusal,
    }
  } finally {
    over.abort()
    receiver.stop()
    channel.terminate()
  }
}

async function open(
  api: Api,
  pod: PodAddress,
  source: ImageSource,
  receiver: Receiver,
  patience: Patience,
  signal: AbortSignal,
): Promise<ContainerChannel> {
  const query = {
    container: HELPER_CONTAINER,
    command: ['sh', '-c', sendScript(source)],
    stdout: 'true',
    stderr: 'true',
  }
  const once = (): Promise<ContainerChannel> =>
    api.exec(execOf(pod.namespace, pod.pod), query, (from, data) => receiver.take(from, data), signal)
  try {
    return await withRetries(once, DURING_BUILD, patience, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw explainExec(error, pod, api.server)
  }
}

/** Resolves when nothing has come for too long; nothing can come while nobody reads. */
async function stalled(receiver: Receiver, { clock }: Patience, over: AbortSignal): Promise<ChannelEnd> {
  let seen = -1
  let since = clock.now()
  while (!over.aborted) {
    if (receiver.bytes !== seen || receiver.isWaiting) {
      seen = receiver.bytes
      since = clock.now()
    }
    const left = since + STALL_MS - clock.now()
    if (left <= 0) break
    await clock.sleep(Math.min(left, STALL_MS / 12), over)
  }
  return { kind: 'cut', reason: 'nothing came for a minute' }
}

/** Whether what arrived is what was sent: by the process's own count and sum, and by how it ended. */
function troubleIn(end: ChannelEnd, { errors, sent }: Receiver, got: Received): string | undefined {
  if (end.kind === 'cut') return `${end.reason} after ${amount(got.bytes)}`
  if (!end.succeeded) return oneLine(errors) || end.message || 'the container did not send it'
  if (sent === undefined) return `the container did not say what it had sent, after ${amount(got.bytes)}`
  if (sent.bytes !== got.bytes) return `${got.bytes} bytes arrived of the ${sent.bytes} that were sent`
  return sent.sha256 === got.sha256 ? undefined : 'what arrived is not what was sent: the SHA-256 differs'
}

const amount = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`
