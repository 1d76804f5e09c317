import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addressesOf } from './addresses.ts'
import { auditLogOf } from './components/api-server.ts'
import {
  plainAddress,
  registryCertificate,
  secureAddress,
  secureCredentials,
} from './components/registries.ts'
import type { Credentials } from './components/registries.ts'
import { executorKind } from './images/executors.ts'
import type { ExecutorKind } from './images/executors.ts'
import { adminKubeconfig } from './kubeconfig.ts'
import { findInit } from './namespaces.ts'
import type { Lab } from './places.ts'
import { clusterProbes } from './probes/cluster.ts'
import { podProbes } from './probes/pods.ts'
import { findings } from './probes/probe.ts'
import type { Finding, Probe } from './probes/probe.ts'
import { registryProbes } from './probes/registries.ts'
import { isRunning } from './processes.ts'
import { kubernetesVersion } from './programs.ts'

/** What `status --json` prints while the lab is up. */
export interface Status {
  readonly name: string
  readonly kubernetesVersion: string
  readonly kubeconfig: string
  /** The node's address: where NodePort Services answer, from this machine and from pods. */
  readonly node: string
  /** The address of this machine for pods: what a test serves. */
  readonly machine: string
  readonly registries: {
    readonly plain: string
    readonly secure: string
    readonly secureCredentials: Credentials
    readonly certificate: string
  }
  readonly executor: ExecutorKind
  /** The API server's audit log: see components/api-server.ts. */
  readonly auditLog: string
  readonly ok: boolean
  readonly probes: readonly Finding[]
}

/** Every component, by the name of its log. */
export const componentNames = [
  ...['etcd', 'apiserver', 'controller-manager', 'scheduler', 'kubelet', 'proxy', 'dns', 'containerd'],
  ...['registry-plain', 'registry-secure'],
] as const

/** Probes an instance; undefined if it is down. Takes about a second, or five when something hangs. */
export async function statusOf(lab: Lab): Promise<Status | undefined> {
  const init = findInit(lab)
  if (init === undefined) return undefined
  const addresses = addressesOf(lab)
  const processes: Probe = {
    name: 'processes',
    check: () => {
      const ended = componentNames.filter((name) => !isRunning({ lab, init }, name))
      if (ended.length > 0) return Promise.reject(new Error(`not running: ${ended.join(', ')}`))
      return Promise.resolve(`${String(componentNames.length)} components run`)
    },
  }
  const probes = await findings({ lab, addresses }, [
    processes,
    ...clusterProbes,
    ...podProbes,
    ...registryProbes,
  ])
  return {
    name: lab.name,
    kubernetesVersion,
    kubeconfig: adminKubeconfig(lab),
    node: addresses.node,
    machine: addresses.machineEnd,
    registries: {
      plain: plainAddress(addresses),
      secure: secureAddress(addresses),
      secureCredentials,
      certificate: registryCertificate(lab),
    },
    executor: loadedExecutor(lab),
    auditLog: auditLogOf(lab),
    ok: probes.every((one) => one.ok),
    probes,
  }
}

/** The executor that was loaded at the last start. */
function loadedExecutor(lab: Lab): ExecutorKind {
  const record = join(lab.folder, 'executor')
  if (!existsSync(record)) return executorKind()
  return readFileSync(record, 'utf8') === 'real' ? 'real' : 'stand-in'
}

/** The status for people. */
export function statusText(status: Status): string {
  const { registries } = status
  const { username, password } = registries.secureCredentials
  const width = Math.max(...status.probes.map((one) => one.name.length))
  return [
    `Lab ${status.name}: Kubernetes ${status.kubernetesVersion}, executor ${status.executor}`,
    `  kubeconfig       ${status.kubeconfig}`,
    `  plain registry   ${registries.plain}`,
    `  secure registry  ${registries.secure} (${username} / ${password}, authority ${registries.certificate})`,
    ...status.probes.map((one) => `${one.ok ? 'ok  ' : 'FAIL'}  ${one.name.padEnd(width)}  ${one.detail}`),
  ].join('\n')
}
