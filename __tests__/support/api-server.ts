import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import * as http from 'node:http'
import * as https from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import { join } from 'node:path'

import type { KubernetesObject } from '../../src/kubernetes/objects.ts'
import { review, type ShownRule, USER } from './api-access.ts'
import { apply } from './api-apply.ts'
import { Faults } from './api-faults.ts'
import type { Fault, Match } from './api-faults.ts'
import { ApiObjects, selects } from './api-objects.ts'
import { routeOf, verbOf } from './api-route.ts'
import type { Route } from './api-route.ts'
import { AttachScript } from './attach-script.ts'
import { ExecScript } from './exec-script.ts'
import { FaultyAnswer } from './faulty-answer.ts'
import { ScriptedPod } from './scripted-pod.ts'
import type { PodScript } from './scripted-pod.ts'

/** A request as it came. */
export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: KubernetesObject | undefined
  readonly authorization: string | undefined
  /** `list pods`, `get pods/log`, `create jobs`; empty for `/version`. */
  readonly what: string
}

/** A request has come, and nothing of it is done; or its answer has left. A stream's answer leaves at its end. */
export type Moment = 'arrived' | 'answered'

/** Told of each moment of each request; the server waits for it before it goes on. */
export type Witness = (request: RecordedRequest, moment: Moment) => Promise<void> | undefined

export interface ApiServerOptions {
  /** What each Job's pod does; without it no pod appears. */
  readonly pod?: PodScript
  /** Certificate and key (PEM) make it speak TLS. */
  readonly tls?: { readonly cert: string; readonly key: string }
}

/**
 * An API server whose cluster is a script: real HTTP on the loopback, objects
 * in memory, list, watch, create, get, delete and logs as Kubernetes has them,
 * and every fault that a test asks for.
 *
 *     const server = await startApiServer({ pod: succeeds(digest, 'line') })
 *     server.fail({ method: 'POST', path: /jobs$/ }, { kind: 'lost-answer' })
 *     … server.kubeconfig() … server.said('create jobs') …
 *     await server.close()
 */
export class ApiServer {
  readonly objects = new ApiObjects()
  readonly requests: RecordedRequest[] = []
  readonly pods: ScriptedPod[] = []
  /** Answer who asks for a WebSocket. */
  readonly attaching = new AttachScript()
  readonly executing = new ExecScript()
  /** Bearer tokens that are accepted. */
  tokens: string[] = ['test-token']
  /** The server's clock, where it is not this machine's. */
  clock: Date | undefined
  connections = 0
  witness: Witness | undefined
  /** Where a list would go on, as if there were more than one page. */
  nextPage: string | undefined
  /** What a SelfSubjectRulesReview shows; without it everything, or nothing once something is forbidden. */
  rules: readonly ShownRule[] | undefined
  readonly #http: Server
  readonly #scheme: string
  readonly #faults = new Faults()
  readonly #forbidden = new Set<string>()
  readonly #sockets = new Set<Socket>()
  #script: PodScript | undefined

  constructor(options: ApiServerOptions) {
    this.#script = options.pod
    const listener: http.RequestListener = (request, response) => void this.#serve(request, response)
    this.#scheme = options.tls ? 'https' : 'http'
    this.#http = options.tls ? https.createServer(options.tls, listener) : http.createServer(listener)
    this.#http.on('connection', (socket) => {
      this.connections++
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    this.#http.on('upgrade', (request: http.IncomingMessage, socket: Socket, head: Buffer) => {
      void this.#upgrade(request, socket, head)
    })
    for (const name of ['default', 'ci']) {
      this.objects.put('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    }
  }

  async listen(): Promise<void> {
    this.#http.listen(0, '127.0.0.1')
    await once(this.#http, 'listening')
  }

  get url(): string {
    // A listening TCP server has this form of address.
    return `${this.#scheme}://127.0.0.1:${(this.#http.address() as AddressInfo).port}`
  }

  kubeconfig(more: { readonly ca?: string; readonly user?: object } = {}): string {
    const trust =
      more.ca === undefined
        ? { 'insecure-skip-tls-verify': true }
        : { 'certificate-authority-data': Buffer.from(more.ca).toString('base64') }
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'scripted', cluster: { server: this.url, ...trust } }],
      users: [{ name: 'tester', user: more.user ?? { token: 'test-token' } }],
      contexts: [{ name: 'scripted', context: { cluster: 'scripted', user: 'tester' } }],
      'current-context': 'scripted',
    })
  }

  /** Path of a file with `kubeconfig()`. */
  writeKubeconfig(directory: string): string {
    const file = join(directory, 'kubeconfig')
    writeFileSync(file, this.kubeconfig())
    return file
  }

  /** Lets the next `times` matching requests fail. */
  fail(match: Match, fault: Fault, times = 1): void {
    this.#faults.add(match, fault, times)
  }

  /** What was to fail does not any more. */
  heal(): void {
    this.#faults.clear()
  }

  /** `forbid('watch pods')`, `forbid('get pods/log')`: refused as RBAC refuses. */
  forbid(...rights: readonly string[]): void {
    for (const right of rights) this.#forbidden.add(right)
  }

  /** How often this was asked: `create jobs`, `watch pods`. */
  said(what: string): number {
    return this.requests.filter((request) => request.what === what).length
  }

  /** Ends all connections at once, as a restart does. */
  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.dropConnections()
    this.#http.close()
    await once(this.#http, 'close')
  }

  async #upgrade(request: http.IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    const isExec = url.pathname.endsWith('/exec')
    if (this.witness) {
      const what = isExec ? 'get pods/exec' : 'get pods/attach'
      const { authorization } = request.headers
      const { pathname: path, searchParams: query } = url
      await this.witness({ method: 'GET', path, query, body: undefined, authorization, what }, 'arrived')
    }
    const script = isExec ? this.executing : this.attaching
    script.serve(request, url, { socket, head })
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    const method = request.method ?? 'GET'
    const route = routeOf(url.pathname)
    const what = route === undefined ? '' : whatOf(method, route, url.searchParams)
    const seen: RecordedRequest = {
      method,
      path: url.pathname,
      query: url.searchParams,
      body: await readBody(request),
      authorization: request.headers.authorization,
      what,
    }
    this.requests.push(seen)
    response.on('finish', () => void this.witness?.(seen, 'answered'))
    await this.witness?.(seen, 'arrived')
    if (this.clock) response.setHeader('Date', this.clock.toUTCString())
    const fault = this.#faults.take(seen)
    if (fault?.kind === 'held') await fault.until
    const answer = new FaultyAnswer(response, fault)
    if (answer.isLostBefore()) return
    if (!this.tokens.includes((request.headers.authorization ?? '').replace('Bearer ', ''))) {
      answer.status(401, 'Unauthorized', 'Unauthorized')
    } else if (answer.isRefused()) return
    else if (url.pathname === '/version') answer.json(200, { gitVersion: 'v1.34.4' })
    else if (route === undefined) answer.status(404, 'NotFound', 'the server could not find the path')
    else if (this.#forbidden.has(what)) answer.status(403, 'Forbidden', forbiddenMessage(what, route))
    else this.#handle(seen, route, answer)
  }

  #handle(seen: RecordedRequest, route: Route, answer: FaultyAnswer): void {
    if (route.group.startsWith('auth')) {
      answer.json(201, review(route.resource, seen.body, this.#forbidden, this.rules))
    } else if (route.subresource === 'log') this.#log(seen, route, answer)
    else if (seen.method === 'POST') this.#create(seen, route, answer)
    else if (seen.method === 'PATCH') apply(this.objects, route, seen.body, answer)
    else if (seen.method === 'DELETE') this.#delete(seen, route, answer)
    else if (route.name !== undefined) this.#get(route, route.name, answer)
    else if (seen.query.has('watch')) this.#watch(seen, route, answer)
    else this.#list(seen, route, answer)
  }

  #get(route: Route, name: string, answer: FaultyAnswer): void {
    const object = this.objects.get(route.resource, route.namespace, name)
    if (object) answer.json(200, object)
    else answer.status(404, 'NotFound', `${route.resource} "${name}" not found`)
  }

  #list(seen: RecordedRequest, route: Route, answer: FaultyAnswer): void {
    const items = this.objects
      .list(route.resource, route.namespace)
      .filter((object) => selects(seen.query, object))
    answer.json(200, {
      kind: 'List',
      apiVersion: 'v1',
      metadata: {
        resourceVersion: String(this.objects.version),
        ...(this.nextPage === undefined ? {} : { continue: this.nextPage }),
      },
      items,
    })
  }

  #watch(seen: RecordedRequest, route: Route, answer: FaultyAnswer): void {
    const from = Number(seen.query.get('resourceVersion') ?? '0')
    if (from === 0 && seen.query.has('allowWatchBookmarks')) {
      answer.status(500, 'InternalError', 'required storage feature RequestWatchProgress is disabled')
      return
    }
    answer.begin('application/json')
    const stop = this.objects.follow(from, ({ resource, type, object }) => {
      const inside = route.namespace === '' || object.metadata.namespace === route.namespace
      if (resource !== route.resource || !inside || !selects(seen.query, object)) return
      answer.write(Buffer.from(`${JSON.stringify({ type, object })}\n`))
    })
    answer.onClose(stop)
  }

  #create(seen: RecordedRequest, route: Route, answer: FaultyAnswer): void {
    const { resource, namespace } = route
    const object = seen.body
    if (object === undefined) {
      answer.status(400, 'BadRequest', 'no object')
      return
    }
    const { name } = object.metadata
    if (namespace !== '' && !this.objects.get('namespaces', '', namespace)) {
      answer.status(404, 'NotFound', `namespaces "${namespace}" not found`)
      return
    }
    if (this.objects.get(resource, namespace, name)) {
      answer.status(409, 'AlreadyExists', `${resource} "${name}" already exists`)
      return
    }
    if (seen.query.get('dryRun') === 'All') {
      answer.json(201, object)
      return
    }
    const stored = this.objects.put(resource, object)
    if (resource === 'jobs') this.#startPod(stored)
    answer.json(201, stored)
    this.objects.removeIfOrphan(resource, stored)
  }

  #startPod(job: KubernetesObject): void {
    if (this.#script === undefined) return
    const pod = new ScriptedPod(job, this.objects)
    this.pods.push(pod)
    const script = this.#script
    setImmediate(() => void script(pod))
  }

  #delete(seen: RecordedRequest, route: Route, answer: FaultyAnswer): void {
    const { resource, namespace, name = '' } = route
    const object = this.objects.get(resource, namespace, name)
    if (object === undefined) {
      answer.status(404, 'NotFound', `${resource} "${name}" not found`)
      return
    }
    const wrong = brokenPrecondition(seen.body, object)
    if (wrong !== undefined) {
      answer.status(409, 'Conflict', `Precondition failed: ${wrong}`)
      return
    }
    // DeleteOptions are no object, but have fields.
    if (seen.body?.['dryRun'] === undefined) this.objects.remove(resource, namespace, name)
    answer.json(200, { kind: 'Status', status: 'Success' })
  }

  #log(seen: RecordedRequest, route: Route, answer: FaultyAnswer): void {
    const pod = this.pods.find(({ name }) => name === route.name)
    if (!pod || !this.objects.get('pods', route.namespace, pod.name)) {
      answer.status(404, 'NotFound', `pods "${route.name ?? ''}" not found`)
      return
    }
    answer.begin('text/plain')
    const follow = seen.query.has('follow')
    const since = seen.query.get('sinceTime')
    const tailLines = seen.query.get('tailLines')
    answer.onClose(
      pod.log.read(
        { since, tailLines, follow },
        (bytes) => answer.write(bytes),
        () => answer.end(),
      ),
    )
  }
}

/** Starts one; `close` it in the end. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const server = new ApiServer(options)
  await server.listen()
  return server
}

function whatOf(method: string, route: Route, query: URLSearchParams): string {
  const subresource = route.subresource === undefined ? '' : `/${route.subresource}`
  return `${verbOf(method, route, query)} ${route.resource}${subresource}`
}

function forbiddenMessage(what: string, route: Route): string {
  const [verb = '', resource = ''] = what.split(' ')
  const [plural = ''] = resource.split('/')
  const scope = route.namespace === '' ? ' at the cluster scope' : ` in the namespace "${route.namespace}"`
  const about = route.name === undefined ? plural : `${plural} "${route.name}"`
  return `${about} is forbidden: User "${USER}" cannot ${verb} resource "${resource}" in API group "${route.group}"${scope}`
}

/** DeleteOptions are no object, but have fields. */
function brokenPrecondition(body: unknown, object: KubernetesObject): string | undefined {
  const options = body as
    { readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } } | undefined
  const { uid, resourceVersion } = options?.preconditions ?? {}
  if (uid !== undefined && uid !== object.metadata.uid) return 'UID in precondition differs'
  if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion) {
    return 'ResourceVersion in precondition differs'
  }
  return undefined
}

async function readBody(request: http.IncomingMessage): Promise<KubernetesObject | undefined> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  // What the code under test sends is what it typed.
  return chunks.length === 0
    ? undefined
    : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as KubernetesObject)
}
