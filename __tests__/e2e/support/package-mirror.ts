import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Registries of packages for pods, over plain HTTP: no pod of the lab gets out of it,
 * but this machine reaches them, as its own clients of them are set up.
 */
export interface PackageMirror {
  /** host, without the port. */
  readonly host: string
  /** Addresses for npm, pip and Go. */
  readonly npm: string
  readonly pypi: string
  readonly go: string
  close(): void
}

/** Serves at an address of this machine that pods reach. */
export async function packageMirror(host: string): Promise<PackageMirror> {
  const { index, files } = pypi()
  const upstreams = { npm: npmRegistry(), pypi: index, files, go: goProxy() }
  const server = createServer((request, response) => {
    const [, name = '', path = ''] = /^\/(\w+)(\/.*)$/.exec(request.url ?? '') ?? []
    // What is not one of them is answered with 404.
    const upstream = upstreams[name as keyof typeof upstreams] as string | undefined
    const answer = upstream === undefined ? NONE : passedOn(upstream + path, own)
    answer
      .catch((error: unknown) => ({ status: 502, type: 'text/plain', body: Buffer.from(String(error)) }))
      .then(({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body))
      .catch(() => response.destroy())
  })
  server.listen(0, host)
  await once(server, 'listening')
  // A listening TCP server has this form of address.
  const address = `http://${host}:${(server.address() as AddressInfo).port}`
  /** Where answers lead to, and by which of our addresses. */
  const own: readonly (readonly [string, string])[] = [
    [upstreams.npm, `${address}/npm`],
    [files, `${address}/files`],
  ]
  return {
    host,
    npm: `${address}/npm/`,
    pypi: `${address}/pypi/`,
    go: `${address}/go`,
    close: () => server.close().closeAllConnections(),
  }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: Buffer
}

const NONE: Promise<Answer> = Promise.resolve({ status: 404, type: 'text/plain', body: Buffer.from('') })

async function passedOn(url: string, own: readonly (readonly [string, string])[]): Promise<Answer> {
  const response = await fetch(url)
  const type = response.headers.get('content-type') ?? 'application/octet-stream'
  const body = Buffer.from(await response.arrayBuffer())
  if (!/json|html/.test(type)) return { status: response.status, type, body }
  const text = own.reduce((before, [theirs, ours]) => before.replaceAll(theirs, ours), body.toString())
  return { status: response.status, type, body: Buffer.from(text) }
}

const npmRegistry = (): string => ask('npm', 'config', 'get', 'registry').replace(/\/$/, '')

/** Addresses of the index, and of the files that it leads to, as pip itself has them. */
function pypi(): { readonly index: string; readonly files: string } {
  const known =
    'from pip._internal.models.index import PyPI; print(PyPI.simple_url, PyPI.file_storage_domain)'
  const [index = '', host = ''] = ask('python3', '-c', known).split(' ')
  return { index, files: `https://${host}` }
}

const goProxy = (): string => ask('go', 'env', 'GOPROXY').split(/[,|]/)[0] ?? ''

function ask(...words: readonly [string, ...string[]]): string {
  const [program, ...args] = words
  return execFileSync(program, args, { encoding: 'utf8' }).trim()
}
