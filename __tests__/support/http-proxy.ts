import { once } from 'node:events'
import * as http from 'node:http'
import * as https from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface HttpProxy {
  /** host:port */
  readonly address: string
  /** Each request as it came: `CONNECT cluster.test:6443`, `GET http://registry.test/v2/`. */
  readonly seen: readonly string[]
  /** The Proxy-Authorization headers that came. */
  readonly authorizations: readonly (string | undefined)[]
  /** What it answers instead of passing a request on. */
  refuseWith(status: number | undefined): void
  close(): void
}

export interface HttpProxyOptions {
  /** Where all requests are passed on to, whatever they name: names that nobody knows prove that the proxy was used. */
  readonly target: { readonly host: string; readonly port: number }
  /** Makes it a proxy that is spoken to over TLS. */
  readonly tls?: { readonly cert: string; readonly key: string }
}

/** A proxy for CONNECT and for requests in absolute form. */
export async function startProxy({ target, tls }: HttpProxyOptions): Promise<HttpProxy> {
  const seen: string[] = []
  const authorizations: (string | undefined)[] = []
  const sockets = new Set<Socket>()
  let refusal: number | undefined
  const note = (request: http.IncomingMessage): void => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`)
    authorizations.push(request.headers['proxy-authorization'])
  }
  const pass: http.RequestListener = (request, response) => {
    note(request)
    if (refusal !== undefined) {
      response.writeHead(refusal).end()
      return
    }
    const { pathname, search, host } = new URL(request.url ?? '')
    const options = { ...target, method: request.method, path: pathname + search }
    const forwarded = http.request({ ...options, headers: { ...request.headers, host } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(forwarded)
  }
  const server = tls ? https.createServer(tls, pass) : http.createServer(pass)
  server.on('connection', (socket: Socket) => keep(socket))
  server.on('connect', (request: http.IncomingMessage, client: Socket, head: Buffer) => {
    note(request)
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${refusal} Refused\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    const upstream = connect(target, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.write(head)
      client.pipe(upstream).pipe(client)
    })
    keep(upstream)
    client.on('error', () => undefined)
  })
  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // A listening TCP server has this form of address.
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    authorizations,
    refuseWith: (status) => (refusal = status),
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
