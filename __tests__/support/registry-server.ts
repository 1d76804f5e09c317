import { createHash } from 'node:crypto'
import { once } from 'node:events'
import * as http from 'node:http'
import * as https from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'

/** What a registry demands of who reads from it. */
export type Demand =
  | {
      readonly kind: 'bearer'
      /** Where tokens are given; this server's own `/token` by default. */
      readonly realm?: string
      /** Who gets one; without it anybody does. */
      readonly user?: string
    }
  | { readonly kind: 'basic'; readonly user: string }

/** A request as it came. */
export interface RegistryRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly authorization: string | undefined
  readonly accept: string | undefined
}

/** What this server answers instead of what it would. */
export type RegistryFault =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body?: string | Buffer
      readonly headers?: http.OutgoingHttpHeaders
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'cut'; readonly afterBytes: number }

const TOKEN = 'token-for-pulling'

/** A registry of manifests over real HTTP(S), with demands and faults as a test asks for them. */
export class RegistryServer {
  readonly requests: RegistryRequest[] = []
  demand: Demand | undefined
  readonly #manifests = new Map<string, Buffer>()
  readonly #faults = new Map<string, RegistryFault>()
  readonly #http: Server
  readonly #scheme: string
  readonly #sockets = new Set<Socket>()

  constructor(tls?: { readonly cert: string; readonly key: string }) {
    const listener: http.RequestListener = (request, response) => this.#serve(request, response)
    this.#scheme = tls ? 'https' : 'http'
    this.#http = tls ? https.createServer(tls, listener) : http.createServer(listener)
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  async listen(): Promise<this> {
    this.#http.listen(0, '127.0.0.1')
    await once(this.#http, 'listening')
    return this
  }

  /** host:port */
  get host(): string {
    // A listening TCP server has this form of address.
    return `127.0.0.1:${(this.#http.address() as AddressInfo).port}`
  }

  get url(): string {
    return `${this.#scheme}://${this.host}`
  }

  /** Stores a manifest under its digest, and under a tag; returns the digest. */
  push(repository: string, tag: string, manifest: unknown): string {
    const body = Buffer.from(JSON.stringify(manifest))
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`
    for (const reference of [tag, digest]) this.#manifests.set(pathOf(repository, reference), body)
    return digest
  }

  /** Every answer for this path, from now on. */
  fail(path: string, fault: RegistryFault): void {
    this.#faults.set(path, fault)
  }

  mend(path: string): void {
    this.#faults.delete(path)
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#http.close()
    await once(this.#http, 'close')
  }

  #serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url)
    const { authorization, accept } = request.headers
    const { method = '' } = request
    this.requests.push({ method, path: pathname, query: searchParams, authorization, accept })
    const fault = this.#faults.get(pathname)
    if (fault !== undefined) this.#misbehave(fault, response)
    else if (pathname === '/token') this.#giveToken(authorization, response)
    else if (!this.#isSatisfied(authorization)) this.#ask(response)
    else if (method === 'PUT') void this.#take(pathname, request, response)
    else this.#giveManifest(pathname, response)
  }

  #misbehave(fault: RegistryFault, response: http.ServerResponse): void {
    switch (fault.kind) {
      case 'answer':
        response.writeHead(fault.status, fault.headers).end(fault.body)
        return
      case 'reset':
        response.destroy()
        return
      case 'cut':
        response.writeHead(200, { 'Content-Length': fault.afterBytes + 100 })
        response.write('x'.repeat(fault.afterBytes), () => response.destroy())
        return
      case 'hang':
        return
    }
  }

  #giveToken(authorization: string | undefined, response: http.ServerResponse): void {
    const user = this.demand?.kind === 'bearer' ? this.demand.user : undefined
    if (user === undefined || authorization === basic(user)) response.end(JSON.stringify({ token: TOKEN }))
    else response.writeHead(401).end()
  }

  #isSatisfied(authorization: string | undefined): boolean {
    if (this.demand === undefined) return true
    if (this.demand.kind === 'basic') return authorization === basic(this.demand.user)
    return authorization === `Bearer ${TOKEN}`
  }

  #ask(response: http.ServerResponse): void {
    const challenge =
      this.demand?.kind === 'bearer'
        ? `Bearer realm="${this.demand.realm ?? `${this.url}/token`}",service="registry, of tests",scope="repository:acme/app:pull"`
        : 'Basic realm="registry"'
    response.writeHead(401, { 'WWW-Authenticate': challenge }).end('{"errors":[]}')
  }

  async #take(path: string, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece)
    this.#manifests.set(path, Buffer.concat(pieces))
    response.writeHead(201).end()
  }

  #giveManifest(path: string, response: http.ServerResponse): void {
    const manifest = this.#manifests.get(path)
    if (manifest) response.writeHead(200, { 'Content-Type': 'application/json' }).end(manifest)
    else response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
  }
}

/** Where a registry has a manifest. */
export function pathOf(repository: string, reference: string): string {
  return `/v2/${repository}/manifests/${reference}`
}

/** `user:password`, as HTTP sends it. */
export function basic(user: string): string {
  return `Basic ${Buffer.from(user).toString('base64')}`
}
