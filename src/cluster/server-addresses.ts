import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'

import type { ServerAddress } from '../plan/network-policy.ts'
import type { Api } from './api.ts'
import { isRecord } from './json.ts'

/** Nobody waits longer for what may not be known anyway, in milliseconds. */
const LIMIT_MS = 3_000

const ONE_TRY = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0, totalMs: 0 }

/** Looks names up; by default as node does for connections. */
export type Resolve = (host: string) => Promise<readonly string[]>

/**
 * Where the API server is: as the runner reaches it, as it calls itself, and, where
 * they may be read, its Service and what stands behind that. Never throws.
 */
export async function serverAddresses(
  api: Api,
  signal: AbortSignal,
  resolve: Resolve = lookUp,
): Promise<readonly ServerAddress[]> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
  const read = (path: string, query?: Readonly<Record<string, string>>) =>
    api
      .call({ method: 'GET', path, query, retry: ONE_TRY, timeoutMs: LIMIT_MS }, within)
      .then(({ body }) => body)
      .catch(() => undefined)
  const found = await Promise.all([
    whereAsked(api.server, resolve),
    // Whoever is signed in may ask for this.
    read('/api').then(ownAddresses),
    read('/api/v1/namespaces/default/services/kubernetes').then(ofService),
    read('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
      labelSelector: 'kubernetes.io/service-name=kubernetes',
    }).then(ofEndpoints),
  ])
  const all = found.flat().filter(({ address }) => isIP(address) !== 0)
  return all.filter(
    ({ address, port }, at) => all.findIndex((one) => one.address === address && one.port === port) === at,
  )
}

const lookUp: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address)

/** `server`: host[:port]. */
async function whereAsked(server: string, resolve: Resolve): Promise<readonly ServerAddress[]> {
  const place = splitPort(server)
  if (place === undefined) return []
  if (isIP(place.address) !== 0) return [place]
  const addresses = await resolve(place.address).catch(() => [])
  return addresses.map((address) => ({ address, port: place.port }))
}

function splitPort(server: string): ServerAddress | undefined {
  const url = URL.parse(`https://${server}`)
  if (url === null) return undefined
  return { address: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || '443') }
}

function ownAddresses(body: unknown): readonly ServerAddress[] {
  return listAt(body, 'serverAddressByClientCIDRs').flatMap((one) => {
    const address = isRecord(one) ? one['serverAddress'] : undefined
    return typeof address === 'string' ? (splitPort(address) ?? []) : []
  })
}

function ofService(body: unknown): readonly ServerAddress[] {
  const spec = isRecord(body) ? body['spec'] : undefined
  return listAt(spec, 'clusterIPs').flatMap((address) => withPorts(address, portsAt(spec)))
}

function ofEndpoints(body: unknown): readonly ServerAddress[] {
  return listAt(body, 'items').flatMap((slice) =>
    listAt(slice, 'endpoints')
      .flatMap((endpoint) => listAt(endpoint, 'addresses'))
      .flatMap((address) => withPorts(address, portsAt(slice))),
  )
}

const withPorts = (address: unknown, ports: readonly number[]): readonly ServerAddress[] =>
  typeof address === 'string' ? ports.map((port) => ({ address, port })) : []

const portsAt = (value: unknown): readonly number[] =>
  listAt(value, 'ports').flatMap((one) =>
    isRecord(one) && typeof one['port'] === 'number' ? [one['port']] : [],
  )

function listAt(value: unknown, field: string): readonly unknown[] {
  const list: unknown = isRecord(value) ? value[field] : undefined
  return Array.isArray(list) ? list : []
}
