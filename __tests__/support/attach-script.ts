import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

/** What becomes of one attempt to attach. */
export type AttachScene =
  /** The container reads all, and ends when it has read the end of its input, or when told to. */
  | { readonly kind: 'accept'; readonly status?: 'Success' | 'none' }
  /** Opens like any other, and tells a moment later that there is nothing to attach to; or after so many bytes. */
  | { readonly kind: 'refuse'; readonly message: string; readonly afterBytes?: number }
  /** The connection breaks after so many bytes of standard input. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The other end is gone: nothing is read any more after so many bytes. */
  | { readonly kind: 'silent'; readonly afterBytes: number }
  /** No WebSocket: an answer of HTTP, with a Status object. */
  | { readonly kind: 'answer'; readonly status: number; readonly message: string }

/** One attempt as it went. */
export interface Attached {
  readonly query: URLSearchParams
  readonly authorization: string | undefined
  readonly protocol: string
  readonly input: Buffer
  /** Whether the end of standard input was told. */
  readonly ended: boolean
  readonly closed: boolean
}

const STDIN = 0
const STATUS = 3
const CLOSE = 255
/** As the kubelet takes. */
const REFUSAL_MS = 20

/** The attach subresource of all pods: each attempt is one scene of a script, the last scene goes on for ever. */
export class AttachScript {
  readonly attached: Attached[] = []
  scenes: AttachScene[] = [{ kind: 'accept' }]
  /** Subprotocols that this server has. */
  protocols: readonly string[] = ['v5.channel.k8s.io', 'v4.channel.k8s.io']
  /** Resolves when the input of one has come to its end. */
  readonly whole: Promise<void>
  #open: WebSocket[] = []
  #complete: () => void = () => undefined

  constructor() {
    this.whole = new Promise((resolve) => (this.#complete = resolve))
  }

  serve(request: IncomingMessage, url: URL, { socket, head }: { socket: Socket; head: Buffer }): void {
    const scene = this.scenes.length > 1 ? this.scenes.shift() : this.scenes[0]
    if (scene === undefined) throw new Error('a script has a scene')
    const seen = { query: url.searchParams, authorization: request.headers.authorization }
    if (scene.kind === 'answer') {
      this.attached.push({ ...seen, protocol: '', input: Buffer.alloc(0), ended: false, closed: true })
      refuse(socket, scene)
      return
    }
    const server = new WebSocketServer({
      noServer: true,
      handleProtocols: (offered) => this.protocols.find((name) => offered.has(name)) ?? false,
    })
    server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#open.push(webSocket)
      this.#play(scene, webSocket, socket, seen)
    })
  }

  /** The containers end: all that are attached are told. */
  endContainers(): void {
    for (const webSocket of this.#open.splice(0)) tell(webSocket, { status: 'Success' })
  }

  #play(
    scene: Exclude<AttachScene, { kind: 'answer' }>,
    webSocket: WebSocket,
    socket: Socket,
    seen: Pick<Attached, 'query' | 'authorization'>,
  ): void {
    const chunks: Buffer[] = []
    let [length, ended, closed] = [0, false, false]
    this.attached.push({
      ...seen,
      protocol: webSocket.protocol,
      get input() {
        return Buffer.concat(chunks)
      },
      get ended() {
        return ended
      },
      get closed() {
        return closed
      },
    })
    const react = (): void => {
      if (scene.kind === 'accept') return
      if (length < (scene.afterBytes ?? 0)) return
      if (scene.kind === 'cut') socket.destroy()
      else if (scene.kind === 'silent') socket.pause()
      else tell(webSocket, { status: 'Failure', message: scene.message })
    }
    webSocket.on('error', () => undefined)
    webSocket.on('close', () => (closed = true))
    webSocket.on('message', (data: Buffer) => {
      if (data[0] === CLOSE && webSocket.protocol === 'v5.channel.k8s.io') {
        ended = data[1] === STDIN
        if (ended) this.#complete()
        if (scene.kind !== 'accept') return
        if (scene.status === 'none') setTimeout(() => webSocket.close(), REFUSAL_MS)
        else tell(webSocket, { status: 'Success' })
        return
      }
      if (data[0] !== STDIN) return
      chunks.push(Buffer.from(data.subarray(1)))
      length += data.length - 1
      react()
    })
    if (scene.kind !== 'accept' && (scene.afterBytes ?? 0) === 0) setTimeout(react, REFUSAL_MS)
  }
}

function tell(webSocket: WebSocket, status: { readonly status: string; readonly message?: string }): void {
  webSocket.send(Buffer.concat([Buffer.of(STATUS), Buffer.from(JSON.stringify(status))]))
  webSocket.close(1000)
}

function refuse(socket: Socket, { status, message }: { status: number; message: string }): void {
  const body = JSON.stringify({ kind: 'Status', status: 'Failure', message, code: status })
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
