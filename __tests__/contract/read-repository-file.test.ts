import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { readRepositoryFile } from '../../src/github/read-file.ts'
import { never } from '../support/build-fixture.ts'

let server: Server
let requests: IncomingMessage[] = []
let answer: (response: ServerResponse) => void

beforeEach(async () => {
  requests = []
  answer = (response) => response.end('FROM scratch\n')
  server = createServer((request, response) => {
    requests.push(request)
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const FILE = {
  repository: 'acme/app',
  reference: 'refs/heads/a b',
  path: 'sub dir/Dockerfile',
  token: 'T0ken',
}

function read(file: Partial<typeof FILE> = {}, signal = never()) {
  const { port } = server.address() as AddressInfo
  return readRepositoryFile(
    { ...FILE, ...file },
    { GITHUB_API_URL: `http://127.0.0.1:${port}/api/v3` },
    signal,
  )
}

test('a file is read by GitHub’s API, as the one who has the token', async () => {
  expect(await read()).toBe('FROM scratch\n')
  const [request] = requests
  expect(request?.url).toBe('/api/v3/repos/acme/app/contents/sub%20dir/Dockerfile?ref=refs%2Fheads%2Fa+b')
  expect(request?.headers).toMatchObject({
    authorization: 'Bearer T0ken',
    accept: 'application/vnd.github.raw+json',
    'user-agent': 'hybrid-kubernetes-build',
  })
})

test.each([
  { path: '../../../user' },
  { path: 'sub/./Dockerfile' },
  { path: 'sub/..' },
  { repository: '../app' },
])('nothing is asked for by a name that leads elsewhere: %j', async (file) => {
  expect(await read(file)).toBeUndefined()
  expect(requests).toEqual([])
})

test('two dots within a name are of no matter', async () => {
  await read({ path: 'a..b/..Dockerfile' })
  expect(requests[0]?.url).toContain('/contents/a..b/..Dockerfile?')
})

test.each<[string, (response: ServerResponse) => void]>([
  ['is not there', (response) => response.writeHead(404).end('{"message":"Not Found"}')],
  ['may not be read', (response) => response.writeHead(403).end('{}')],
  ['lies elsewhere', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ['is too large', (response) => response.end('x'.repeat(2 << 20))],
  [
    'is cut off',
    (response) =>
      void response.writeHead(200, { 'content-length': 100 }).write('x', () => response.destroy()),
  ],
])('nothing is known of a file that %s', async (_, reply) => {
  answer = reply
  expect(await read()).toBeUndefined()
})

test('nobody waits for more than three seconds', async () => {
  answer = () => undefined
  const before = performance.now()
  expect(await read()).toBeUndefined()
  expect(performance.now() - before).toBeLessThan(8_000)
}, 15_000)

test('it ends with the build', async () => {
  answer = () => undefined
  const stop = new AbortController()
  const reading = read({}, stop.signal)
  stop.abort(new Error('stop'))
  await expect(reading).rejects.toThrow('stop')
})
