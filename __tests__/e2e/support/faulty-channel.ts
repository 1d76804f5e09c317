import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { connect } from 'node:tls'

import type { Target } from './faulty-proxy.ts'

/** What goes wrong with one WebSocket. */
export type ChannelFault =
  /** The connection breaks after so many bytes that the client has sent. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The connection breaks instead of telling what became of the process. */
  | { readonly kind: 'no-status' }
  /** The server knows no protocol in which standard input can be ended (before Kubernetes 1.30). */
  | { readonly kind: 'older-protocol' }

/** Who asks for a WebSocket, as node's server tells it. */
export interface Asking {
  readonly request: IncomingMessage
  readonly socket: Socket
  readonly head: Buffer
}

const NEWER = 'v5.channel.k8s.io'
const STATUS = 3

/**
 * Passes a WebSocket on as the bytes that it is. A fault is struck from
 * `faults` once it has come about: an attach that is refused opens as well, and
 * nothing can happen to it.
 */
export function faultyChannel(
  { request, socket, head }: Asking,
  target: Target,
  faults: ChannelFault[],
  onFault: () => void,
): void {
  const [fault] = faults
  // Another channel may have had it meanwhile.
  const waits = (kind: ChannelFault['kind']): boolean => fault?.kind === kind && faults[0] === fault
  const happen = (): void => {
    faults.shift()
    onFault()
  }
  const isOlder = waits('older-protocol')
  const upstream = connect({ ...target, rejectUnauthorized: false })
  const destroy = (): void => {
    socket.destroy()
    upstream.destroy()
  }
  for (const one of [socket, upstream]) one.on('error', destroy)
  // What was said last is still to arrive.
  socket.on('close', () => upstream.end())
  upstream.on('close', () => socket.end())
  upstream.write(`${headOf(request, isOlder)}\r\n\r\n`)
  upstream.write(head)
  if (isOlder) happen()
  let sent = 0
  socket.on('data', (chunk) => {
    const left = fault?.kind === 'cut' && waits('cut') ? fault.afterBytes - sent : Number.POSITIVE_INFINITY
    sent += chunk.length
    const isFull = !upstream.write(chunk.subarray(0, left))
    if (chunk.length > left) {
      happen()
      destroy()
    } else if (isFull) {
      socket.pause()
      upstream.once('drain', () => socket.resume())
    }
  })
  upstream.on('data', (chunk: Buffer) => {
    if (waits('no-status') && tellsSuccess(chunk)) {
      happen()
      destroy()
    } else socket.write(chunk)
  })
}

function headOf(request: IncomingMessage, isOlder: boolean): string {
  const lines = Object.entries(request.headers).map(([name, value = '']) => {
    const text = String(value)
    const isChanged = isOlder && name === 'sec-websocket-protocol'
    return `${name}: ${isChanged ? text.replace(`${NEWER},`, '').trim() : text}`
  })
  return [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1`, ...lines].join('\r\n')
}

/** Whether a message of the status channel is among these frames that says the process went well; short frames, never masked. */
function tellsSuccess(chunk: Buffer): boolean {
  for (let at = 0; at + 2 < chunk.length; at += 2 + ((chunk[at + 1] ?? 0) & 0x7f)) {
    if ((chunk[at] ?? 0) !== 0x82 || chunk[at + 2] !== STATUS) continue
    return chunk.subarray(at + 3).includes('Success')
  }
  return false
}
