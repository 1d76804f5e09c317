import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

/** What becomes of one attempt to execute something that sends a file. */
export type ExecScene =
  /** Sends all, says what it was, or something else, and ends well. */
  | { readonly kind: 'send'; readonly content: Buffer; readonly says?: string }
  /** The connection breaks after so many bytes. */
  | { readonly kind: 'cut'; readonly content: Buffer; readonly afterBytes: number }
  /** The server answers, and nothing comes after so many bytes. */
  | { readonly kind: 'stall'; readonly content: Buffer; readonly afterBytes: number }
  /** The other end is gone after so many bytes. */
  | { readonly kind: 'silent'; readonly content: Buffer; readonly afterBytes: number }
  /** The process ends with another exit code than 0. */
  | { readonly kind: 'fail'; readonly stderr: string; readonly message: string }
  /** Sends for ever, as fast as it is read. */
  | { readonly kind: 'endless' }
  /** No WebSocket: an answer of HTTP, with a Status object. */
  | { readonly kind: 'answer'; readonly status: number; readonly message: string }

/** One attempt as it went. */
export interface Executed {
  readonly path: string
  readonly query: URLSearchParams
  readonly protocol: string
  /** Bytes that have left for the socket. */
  sent: number
  closed: boolean
}

const STDOUT = 1
const STDERR = 2
const STATUS = 3

/** As a container runtime hands over what it reads of a pipe. */
const PIECE = 32_768

/** The exec subresource of all pods: each attempt is one scene of a script, the last scene goes on for ever. */
export class ExecScript {
  readonly executed: Executed[] = []
  /** What is answered about a pod that is not there, which is asked before a build. */
  check: Extract<ExecScene, { kind: 'answer' }> = { kind: 'answer', status: 404, message: 'not found' }
  checks = 0
  scenes: ExecScene[] = []
  /** Subprotocols that this server has. */
  protocols: readonly string[] = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

  serve(request: IncomingMessage, url: URL, { socket, head }: { socket: Socket; head: Buffer }): void {
    if (url.pathname.includes('/no-such-pod/')) {
      this.checks++
      refuse(socket, this.check)
      return
    }
    const scene = this.scenes.length > 1 ? this.scenes.shift() : this.scenes[0]
    if (scene === undefined) throw new Error('a script has a scene')
    const attempt = { path: url.pathname, query: url.searchParams, protocol: '', sent: 0, closed: false }
    if (scene.kind === 'answer') {
      this.executed.push(attempt)
      refuse(socket, scene)
      return
    }
    const server = new WebSocketServer({
      noServer: true,
      handleProtocols: (offered) => this.protocols.find((name) => offered.has(name)) ?? false,
    })
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const executed = { ...attempt, protocol: webSocket.protocol }
      this.executed.push(executed)
      webSocket.on('error', () => undefined)
      webSocket.on('close', () => (executed.closed = true))
      void play(scene, webSocket, socket, executed)
    })
  }
}

async function play(
  scene: Exclude<ExecScene, { kind: 'answer' }>,
  webSocket: WebSocket,
  socket: Socket,
  executed: Executed,
): Promise<void> {
  const write = async (content: Buffer): Promise<void> => {
    for (let at = 0; at < content.length && !executed.closed; at += PIECE) {
      const piece = content.subarray(at, at + PIECE)
      await send(webSocket, STDOUT, piece)
      // Whoever reads is in the same process, and has its turn.
      await new Promise(setImmediate)
      executed.sent += piece.length
    }
  }
  switch (scene.kind) {
    case 'send':
      await write(scene.content)
      // In two pieces, as any stream may be.
      await send(webSocket, STDERR, Buffer.from((scene.says ?? truth(scene.content)).slice(0, 9)))
      await send(webSocket, STDERR, Buffer.from(`${(scene.says ?? truth(scene.content)).slice(9)}\n`))
      end(webSocket, { status: 'Success' })
      break
    case 'cut':
      await write(scene.content.subarray(0, scene.afterBytes))
      socket.destroy()
      break
    case 'silent':
      await write(scene.content.subarray(0, scene.afterBytes))
      socket.pause()
      break
    case 'stall':
      await write(scene.content.subarray(0, scene.afterBytes))
      break
    case 'fail':
      await send(webSocket, STDERR, Buffer.from(scene.stderr))
      end(webSocket, { status: 'Failure', message: scene.message })
      break
    case 'endless':
      while (!executed.closed) await write(Buffer.alloc(PIECE))
      break
  }
}

/** What the process says of what it has sent. */
function truth(content: Buffer): string {
  return `sent ${content.length} ${createHash('sha256').update(content).digest('hex')}`
}

async function send(webSocket: WebSocket, channel: number, data: Buffer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  webSocket.send(Buffer.concat([Buffer.of(channel), data]), () => resolve(undefined))
  await promise
}

function end(webSocket: WebSocket, status: { readonly status: string; readonly message?: string }): void {
  webSocket.send(Buffer.concat([Buffer.of(STATUS), Buffer.from(JSON.stringify(status))]))
  webSocket.close(1000)
}

function refuse(socket: Socket, { status, message }: { status: number; message: string }): void {
  const body = JSON.stringify({ kind: 'Status', status: 'Failure', message, code: status })
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
