import type { Dockerfile } from '../progress/dockerfile.ts'
import type { BuildRequest } from '../request/build-request.ts'
import { touchedRegistries } from './touched-registries.ts'

/** What a build speaks to, as far as a network policy can say it. */
export interface Reached {
  /** Of TCP, in ascending order. */
  readonly ports: readonly number[]
  /** Whether some of it is in the cluster, by its name. */
  readonly isInCluster: boolean
}

/** What a build speaks to: registries, mirrors and proxies, and the servers of contexts that are fetched. */
export function reachedBy(request: BuildRequest, dockerfile: Dockerfile): Reached {
  const { insecureRegistries, registryAccess, pod } = request
  const touched = touchedRegistries(request, dockerfile).map(({ registry }) => registry)
  const named = [...touched, ...registryAccess.credentials.map(({ registry }) => registry)]
  const places = [
    ...named.flatMap((registry) => registryPlaces(registry, insecureRegistries)),
    ...insecureRegistries.flatMap((registry) => registryPlaces(registry, insecureRegistries)),
    ...[...(pod.proxy ?? [])]
      .filter(([name]) => name.endsWith('PROXY') && name !== 'NO_PROXY')
      .map(([, url]) => proxyPlace(url)),
    ...contextPlaces(request),
  ].filter((place) => place !== undefined)
  // Docker Hub, token servers and stores of layers, wherever they are.
  const ports = new Set([443, ...places.map(({ port }) => port)])
  return {
    ports: [...ports].toSorted((one, other) => one - other),
    isInCluster: places.some(({ host }) => isInCluster(host)),
  }
}

interface Place {
  readonly host: string
  readonly port: number
}

/** Kaniko asks a registry that speaks plain HTTP by TLS first. */
function registryPlaces(registry: string, insecure: readonly string[]): readonly (Place | undefined)[] {
  const schemes = insecure.includes(registry) ? (['https', 'http'] as const) : (['https'] as const)
  return schemes.map((scheme) => placeOf(`${scheme}://${registry}/`))
}

const proxyPlace = (text: string): Place | undefined =>
  placeOf(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)

/** Servers of the context, and of those of BuildKit's further contexts that are no images. */
function contextPlaces({ context, frontend }: BuildRequest): readonly (Place | undefined)[] {
  const further = frontend.contexts.flatMap(({ source }) =>
    source.kind === 'remote' ? [placeOf(source.address)] : [],
  )
  if (context.kind === 'git') return [placeOf(`${context.scheme}://${context.location}`), ...further]
  return context.kind === 'url' ? [placeOf(context.url), ...further] : further
}

const PORTS: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80, 'git:': 9418 }

/** Undefined for addresses that are no server's: those of object stores are reached by 443. */
function placeOf(address: string): Place | undefined {
  const url = URL.parse(address)
  const port = url === null ? undefined : url.port === '' ? PORTS[url.protocol] : Number(url.port)
  return url === null || port === undefined ? undefined : { host: url.hostname, port }
}

/** `registry`, `registry.build.svc`, `registry.build.svc.cluster.local`: names that only a cluster's DNS knows. */
function isInCluster(host: string): boolean {
  return !/[.:]/.test(host) || /\.svc(?:\.|$)|\.cluster\.local$/.test(host)
}
