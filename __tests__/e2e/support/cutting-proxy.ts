import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface CuttingProxy {
  readonly port: number
  /** How many connections were cut. */
  readonly cuts: number
  close(): void
}

/**
 * Passes TCP connections on to `host:port`, and cuts each that has sent more
 * than `afterBytes`, up to `most` of them.
 */
export async function cuttingProxy(
  target: { readonly host: string; readonly port: number },
  afterBytes: number,
  most: number,
): Promise<CuttingProxy> {
  let cuts = 0
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target)
    let sent = 0
    client.on('data', (chunk) => {
      sent += chunk.length
      if (sent <= afterBytes || cuts >= most) return
      cuts++
      client.destroy()
      upstream.destroy()
    })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    client.pipe(upstream).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // A listening TCP server has this form of address.
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
