import { loadClusterConfig } from '../../src/cluster/kubeconfig.ts'
import type { ObjectSession } from '../../src/cluster/object-session.ts'
import { openObjectSession } from '../../src/cluster/open-objects.ts'
import type { KubernetesObject } from '../../src/kubernetes/objects.ts'
import type { Runner } from '../../src/runner/runner.ts'
import { terminalRunner } from '../../src/runner/terminal-runner.ts'
import type { ApiServer } from './api-server.ts'
import { quickClock } from './quick-clock.ts'

export async function openObjects(server: ApiServer): Promise<ObjectSession> {
  const machine = { environment: {}, home: undefined, workspace: '/', serviceAccount: '/nowhere' }
  const config = await loadClusterConfig({ kubeconfig: server.kubeconfig(), kubeContext: undefined }, machine)
  return openObjectSession(config, { clock: quickClock(), random: () => 0.5 })
}

/** A runner that keeps what is said. */
export function quietRunner(): { readonly runner: Runner; readonly lines: string[] } {
  const lines: string[] = []
  return { lines, runner: terminalRunner({}, (line) => void lines.push(line)) }
}

/** What becomes of a pod, by its name and its image. */
export type PodFate = (name: string, image: string) => object

const PULLED = { terminated: { exitCode: 128, reason: 'StartError' } }

export const succeeds: PodFate = (name) =>
  name.startsWith('proof-push') ? { terminated: { exitCode: 0, reason: 'Completed' } } : PULLED

/** Nodes, and the controllers that bring a Deployment up and let pods come to their ends. */
export function playCluster(server: ApiServer, nodes: readonly string[], fate: PodFate = succeeds): void {
  for (const name of nodes) server.objects.put('nodes', nodeNamed(name))
  server.objects.follow(server.objects.version, ({ type, object }) => {
    if (object['status'] !== undefined || type === 'DELETED') return
    if (object.kind === 'Deployment') {
      server.objects.put('deployments', { ...object, status: { availableReplicas: 1, updatedReplicas: 1 } })
      server.objects.put('pods', registryPod(object))
    }
    if (object.kind === 'Pod') server.objects.put('pods', { ...object, status: statusOf(object, fate) })
  })
}

function nodeNamed(name: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/os': 'linux' } },
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: { architecture: 'arm64' },
      addresses: [{ type: 'InternalIP', address: '10.0.0.11' }],
    },
  }
}

/** The template of a Deployment, as far as it is read here. */
interface Template {
  readonly template: { readonly metadata: { readonly labels: Readonly<Record<string, string>> } }
}

function registryPod({ metadata, ...deployment }: KubernetesObject): KubernetesObject {
  const { template } = deployment['spec'] as Template
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'registry-1', namespace: metadata.namespace ?? '', labels: template.metadata.labels },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  }
}

function statusOf(pod: KubernetesObject, fate: PodFate): object {
  const { containers } = pod['spec'] as { readonly containers: readonly { readonly image: string }[] }
  const state = fate(pod.metadata.name, containers[0]?.image ?? '')
  return { containerStatuses: [{ name: 'it', state }] }
}
