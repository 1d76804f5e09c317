import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as https from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { dump, load } from 'js-yaml'

import { Faults } from '../../support/api-faults.ts'
import type { Fault, Match } from '../../support/api-faults.ts'
import { FaultyAnswer } from '../../support/faulty-answer.ts'
import { faultyChannel } from './faulty-channel.ts'
import type { ChannelFault } from './faulty-channel.ts'

/** What is read of an administrator's kubeconfig, and changed in it. */
interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server: string } }[]
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data'?: string; readonly 'client-key-data'?: string }
  }[]
}

/** Where the API server is, and as whom it is spoken to. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly cert: string
  readonly key: string
}

/** The API server that the first cluster of a kubeconfig names, and its first user's certificate. */
export function targetOf(kubeconfig: string): Target {
  // A kubeconfig that works has these fields.
  const { clusters, users } = load(kubeconfig) as Kubeconfig
  const url = new URL(clusters[0]?.cluster.server ?? '')
  const user = users[0]?.user
  const text = (base64 = ''): string => Buffer.from(base64, 'base64').toString()
  return {
    host: url.hostname,
    port: Number(url.port || '443'),
    cert: text(user?.['client-certificate-data']),
    key: text(user?.['client-key-data']),
  }
}

/**
 * A TLS-terminating proxy before a real API server, with an authority of its
 * own. It passes everything on as it is, but for the faults that a test asks
 * for, in the words of the scriptable API server.
 */
export class FaultyProxy {
  /** How many faults have come about. */
  happened = 0
  readonly #target: Target
  readonly #kubeconfig: string
  readonly #authority: string
  readonly #server: https.Server
  readonly #agent = new https.Agent({ keepAlive: true })
  readonly #faults = new Faults()
  readonly #channelFaults: ChannelFault[] = []
  readonly #sockets = new Set<Socket>()

  constructor(kubeconfig: string, pair: { readonly cert: string; readonly key: string }) {
    this.#kubeconfig = kubeconfig
    this.#authority = pair.cert
    this.#target = targetOf(kubeconfig)
    this.#server = https.createServer(pair, (request, response) => this.#pass(request, response))
    this.#server.on('secureConnection', (socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      faultyChannel({ request, socket, head }, this.#target, this.#channelFaults, () => this.happened++)
    })
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return this
  }

  /** The kubeconfig that it was made with, by way of this proxy. */
  get kubeconfig(): string {
    // A listening TCP server has this form of address, a kubeconfig that works these fields.
    const server = `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    const authority = { 'certificate-authority-data': Buffer.from(this.#authority).toString('base64') }
    const config = load(this.#kubeconfig) as Kubeconfig
    const clusters = config.clusters.map(({ name }) => ({ name, cluster: { server, ...authority } }))
    return dump({ ...config, clusters })
  }

  /** Lets the next `times` matching requests fail. */
  fail(match: Match, fault: Fault, times = 1): void {
    this.#faults.add(match, fault, times)
  }

  /** Lets a WebSocket fail: the first to which it can happen. */
  failChannel(fault: ChannelFault): void {
    this.#channelFaults.push(fault)
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    this.#agent.destroy()
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url = '/' } = request
    const { pathname: path, searchParams: query } = new URL(url, 'https://proxy')
    const fault = this.#faults.take({ method, path, query })
    if (fault !== undefined) this.happened++
    const answer = new FaultyAnswer(response, fault)
    if (answer.isLostBefore() || answer.isRefused()) return
    const upstream = https.request({
      ...this.#target,
      agent: this.#agent,
      // The lab's own authority; what is tested is whom the action trusts.
      rejectUnauthorized: false,
      method,
      path: url,
      headers: request.headers,
    })
    upstream.on('error', () => response.destroy())
    upstream.on('response', (body) => {
      if (fault?.kind === 'lost-answer') {
        body.resume().on('end', () => response.socket?.destroy())
        return
      }
      const { warning } = body.headers
      if (warning !== undefined) response.setHeader('Warning', warning)
      answer.begin(body.headers['content-type'] ?? 'application/json', body.statusCode)
      body.on('data', (chunk: Buffer) => answer.write(chunk))
      body.on('end', () => answer.end())
      body.on('error', () => response.destroy())
    })
    answer.onClose(() => upstream.destroy())
    request.pipe(upstream)
  }
}

/** A proxy before the API server of a kubeconfig; `close` it in the end. */
export function startFaultyProxy(kubeconfig: string): Promise<FaultyProxy> {
  return new FaultyProxy(kubeconfig, selfSigned()).listen()
}

let pair: { readonly cert: string; readonly key: string } | undefined

/** One certificate for the loopback, which is its own authority; made once. */
function selfSigned(): { readonly cert: string; readonly key: string } {
  if (pair !== undefined) return pair
  const folder = mkdtempSync(join(tmpdir(), 'proxy-'))
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const subject = ['-subj', '/CN=faulty proxy', '-addext', 'subjectAltName=IP:127.0.0.1']
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    })
    pair = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
    return pair
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
