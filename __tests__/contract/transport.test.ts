import { once } from 'node:events'
import { Agent, createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Duplex } from 'node:stream'

import { openTransport } from '../../src/cluster/transport.ts'
import { never } from '../support/build-fixture.ts'

const OPTIONS = { tls: {}, headers: {}, basic: undefined, proxyAgent: undefined }
const VERSION = { method: 'GET', path: '/version', timeoutMs: 60_000 } as const

/** Connections that never come about, as to an address where nobody is. */
class NobodyThere extends Agent {
  override createConnection(): Duplex {
    const socket = new Duplex({ read: () => undefined, write: () => undefined })
    return Object.assign(socket, { pending: true, setKeepAlive: () => socket })
  }
}

let server: Server
let url: URL

beforeEach(async () => {
  server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A listening TCP server has this form of address.
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})

afterEach(() => server.close())

describe('a connection', () => {
  test('that does not come about is given up before the time for an answer is over', async () => {
    const transport = openTransport(url, undefined, 10)
    const options = { ...OPTIONS, proxyAgent: new NobodyThere() }

    await expect(transport.send(VERSION, options, never())).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    transport.close()
  })

  test('that is there leaves a slow server the whole time for its answer', async () => {
    const transport = openTransport(url, undefined, 50)
    server.on('request', (_, response) => setTimeout(() => response.end('{}'), 200))
    const answer = await transport.send(VERSION, OPTIONS, never())
    answer.body.resume()

    expect(answer.status).toBe(200)
    transport.close()
  })
})
