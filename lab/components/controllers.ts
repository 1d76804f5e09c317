import { keyPair } from '../certificates.ts'
import { partKubeconfig } from '../kubeconfig.ts'
import { listens } from '../processes.ts'
import type { Component } from '../processes.ts'
import type { Cluster } from './cluster.ts'

const CONTROLLER_MANAGER_PORT = 10257
const SCHEDULER_PORT = 10259

/** Jobs, namespaces, service accounts, ends of life: what turns objects into deeds. */
export function controllerManager({ lab, programs }: Cluster): Component {
  const kubeconfig = partKubeconfig(lab, 'controller-manager')
  return {
    name: 'controller-manager',
    command: [
      ...[
        programs.kubernetes,
        'controller-manager',
        `--kubeconfig=${kubeconfig}`,
        '--bind-address=127.0.0.1',
      ],
      ...['--leader-elect=false', '--use-service-account-credentials=true', '--profiling=false'],
      `--service-account-private-key-file=${keyPair(lab, 'service-accounts').key}`,
      `--root-ca-file=${keyPair(lab, 'cluster-authority').certificate}`,
    ],
    ready: (running) => listens(running, CONTROLLER_MANAGER_PORT),
  }
}

/** Gives pods their node. */
export function scheduler({ lab, programs }: Cluster): Component {
  const kubeconfig = partKubeconfig(lab, 'scheduler')
  return {
    name: 'scheduler',
    command: [
      ...[programs.kubernetes, 'scheduler', `--kubeconfig=${kubeconfig}`, '--bind-address=127.0.0.1'],
      ...['--leader-elect=false', '--profiling=false'],
    ],
    ready: (running) => listens(running, SCHEDULER_PORT),
  }
}
