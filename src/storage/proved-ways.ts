import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { ClusterRegistry } from './cluster-registry.ts'
import { metadataOf } from './registry-objects.ts'
import { NAMES, PORT } from './registry-names.ts'
import type { Way } from './registry-request.ts'

/** What an installation has proved, as its ConfigMap keeps it. */
export interface Installation extends ClusterRegistry {
  readonly way: Way
  /** Names of nodes that have pulled by that way. */
  readonly nodes: readonly string[]
  /** Whether a user and a password are asked for. */
  readonly hasCredentials: boolean
}

/** The ConfigMap that tells everybody in the cluster how the registry is reached. */
export function installationMap(installation: Installation): KubernetesObject {
  const { namespace, service, pushHost, pullHost, way, nodes, hasCredentials } = installation
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(namespace, NAMES.installation),
    data: {
      service,
      pushHost,
      pullHost,
      way,
      nodes: nodes.toSorted().join('\n'),
      credentials: String(hasCredentials),
    },
  }
}

const HOST = /^[a-z0-9.-]+:\d+$|^\[[0-9a-f:]+\]:\d+$/
const WAYS: readonly Way[] = ['localhost', 'node-address', 'host-proxy']

/** What such a ConfigMap says; undefined: it is none of ours, or of an installation that has proved nothing yet. */
export function installationIn(object: KubernetesObject): Installation | undefined {
  const text = (key: string): string => {
    const data: unknown = object['data']
    const value: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, key) : undefined
    return typeof value === 'string' ? value : ''
  }
  const way = WAYS.find((known) => known === text('way'))
  const hosts = { pushHost: text('pushHost'), pullHost: text('pullHost') }
  if (way === undefined || !HOST.test(hosts.pushHost) || !HOST.test(hosts.pullHost)) return undefined
  return {
    ...hosts,
    namespace: object.metadata.namespace ?? '',
    service: text('service'),
    port: Number(hosts.pushHost.split(':').at(-1) ?? PORT),
    way,
    nodes: text('nodes')
      .split('\n')
      .filter((name) => name !== ''),
    hasCredentials: text('credentials') === 'true',
  }
}
