import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ports } from './addresses.ts'
import type { Addresses } from './addresses.ts'
import { keyPair } from './certificates.ts'
import type { Lab } from './places.ts'

/** Where the administrator's kubeconfig is; it works on this machine and in pods alike. */
export function adminKubeconfig(lab: Lab): string {
  return join(lab.folder, 'kubeconfig')
}

/** Writes the kubeconfigs of the administrator and of Kubernetes' own parts. */
export function writeKubeconfigs(lab: Lab, addresses: Addresses): void {
  writeFileSync(adminKubeconfig(lab), kubeconfig(lab, addresses, 'admin'), { mode: 0o600 })
  for (const user of ['controller-manager', 'scheduler', 'proxy', 'kubelet']) {
    writeFileSync(partKubeconfig(lab, user), kubeconfig(lab, addresses, user), { mode: 0o600 })
  }
}

/** Where the kubeconfig of one of Kubernetes' own parts is. */
export function partKubeconfig(lab: Lab, user: string): string {
  return join(lab.configuration, `${user}.kubeconfig`)
}

function kubeconfig(lab: Lab, addresses: Addresses, user: string): string {
  const own = keyPair(lab, user)
  const authority = keyPair(lab, 'cluster-authority')
  return `apiVersion: v1
kind: Config
clusters:
  - name: ${lab.name}
    cluster:
      server: https://${addresses.node}:${String(ports.api)}
      certificate-authority-data: ${base64(authority.certificate)}
users:
  - name: ${user}
    user:
      client-certificate-data: ${base64(own.certificate)}
      client-key-data: ${base64(own.key)}
contexts:
  - name: ${lab.name}
    context: { cluster: ${lab.name}, user: ${user}, namespace: default }
current-context: ${lab.name}
`
}

function base64(path: string): string {
  return readFileSync(path).toString('base64')
}
