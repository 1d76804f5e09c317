import type { ContextDelivery } from './context-archive.ts'
import type { Content } from './content.ts'
import { tooLarge } from './context-problem.ts'
import { type Entries, LimitExceeded, streamArchive, writeArchive } from './write-archive.ts'

/** How a context is to reach the pod. */
export interface DeliveryWish {
  /** As the inputs name it, for messages. */
  readonly context: string
  /** `auto`: in a ConfigMap if it is small enough. */
  readonly delivery: 'auto' | ContextDelivery['kind']
  /** The most that a ConfigMap takes, compressed. */
  readonly limitBytes: number
}

/**
 * Packs what is small; what is not, or not to be, is packed while it is sent.
 * `open` gives the entries from the first one, anew at each call. Throws
 * ActionError (`context-too-large`, `context-broken`), or the signal's reason.
 */
export async function chooseDelivery(
  open: (signal: AbortSignal) => Entries,
  { delivery, context, limitBytes }: DeliveryWish,
  content: Content,
  signal: AbortSignal,
): Promise<ContextDelivery> {
  const stream: ContextDelivery = {
    kind: 'stream',
    open: (sending) => streamArchive(open(sending), sending),
  }
  if (delivery === 'stream') return stream
  try {
    return { kind: 'configmap', bytes: await writeArchive(open(signal), limitBytes, signal) }
  } catch (error) {
    if (!(error instanceof LimitExceeded)) throw error
    if (delivery === 'auto') return stream
    throw tooLarge(context, limitBytes, content)
  }
}
