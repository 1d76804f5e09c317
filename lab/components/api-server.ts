import { ports } from '../addresses.ts'
import { keyPair } from '../certificates.ts'
import { apiOf } from '../http.ts'
import type { Component } from '../processes.ts'
import type { Cluster } from './cluster.ts'

/** The API server, at the node's own address, which this machine and pods reach alike. */
export function apiServer({ lab, addresses, programs }: Cluster): Component {
  const serving = keyPair(lab, 'api-server')
  const admin = keyPair(lab, 'admin')
  const tokens = keyPair(lab, 'service-accounts')
  const authority = keyPair(lab, 'cluster-authority').certificate
  const api = apiOf(lab, addresses)
  return {
    name: 'apiserver',
    command: [
      ...[programs.kubernetes, 'apiserver', `--etcd-servers=http://127.0.0.1:${String(ports.etcd)}`],
      ...[`--bind-address=${addresses.node}`, `--advertise-address=${addresses.node}`],
      ...[`--secure-port=${String(ports.api)}`, `--service-cluster-ip-range=${addresses.services}`],
      ...[`--tls-cert-file=${serving.certificate}`, `--tls-private-key-file=${serving.key}`],
      ...[`--client-ca-file=${authority}`, `--kubelet-certificate-authority=${authority}`],
      ...[`--kubelet-client-certificate=${admin.certificate}`, `--kubelet-client-key=${admin.key}`],
      // The node's name resolves nowhere; without this, logs, exec and attach fail with «no such host».
      '--kubelet-preferred-address-types=InternalIP',
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      ...[
        `--service-account-key-file=${tokens.certificate}`,
        `--service-account-signing-key-file=${tokens.key}`,
      ],
      ...[
        // Managed clusters let pods be privileged, too; who may is Pod Security's business.
        '--allow-privileged=true',
        '--authorization-mode=Node,RBAC',
        '--enable-admission-plugins=NodeRestriction',
        '--profiling=false',
      ],
    ],
    ready: async () => {
      const answer = await api('GET', '/readyz').catch(() => undefined)
      return answer?.status === 200
    },
  }
}
