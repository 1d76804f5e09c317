import { join } from 'node:path'
import { ports } from '../addresses.ts'
import { keyPair } from '../certificates.ts'
import { apiOf } from '../http.ts'
import type { Component } from '../processes.ts'
import type { Lab } from '../places.ts'
import type { Cluster } from './cluster.ts'
import { configure } from './configuration.ts'

/** Who asked for what and what came of it, but not what the cluster's own components ask each other. */
const AUDIT_POLICY = JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    {
      level: 'None',
      users: ['system:apiserver', 'system:kube-scheduler', 'system:kube-controller-manager'],
    },
    { level: 'None', userGroups: ['system:nodes', 'system:serviceaccounts:kube-system'] },
    { level: 'None', nonResourceURLs: ['/readyz*', '/livez*', '/healthz*'] },
    { level: 'Metadata' },
  ],
})

/** The log of all requests: one `audit.k8s.io/v1` Event in JSON a line, written before the request is answered. */
export const auditLogOf = (lab: Lab): string => join(lab.logs, 'audit.jsonl')

/** The API server, at the node's own address, which this machine and pods reach alike. */
export function apiServer({ lab, addresses, programs }: Cluster): Component {
  const serving = keyPair(lab, 'api-server')
  const admin = keyPair(lab, 'admin')
  const tokens = keyPair(lab, 'service-accounts')
  const authority = keyPair(lab, 'cluster-authority').certificate
  const api = apiOf(lab, addresses)
  const auditPolicy = join(lab.configuration, 'audit-policy.json')
  configure(auditPolicy, AUDIT_POLICY)
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
      ...[`--audit-policy-file=${auditPolicy}`, `--audit-log-path=${auditLogOf(lab)}`],
      // Blocking: what is answered is in the log.
      ...['--audit-log-mode=blocking', '--audit-log-maxsize=200', '--audit-log-maxbackup=1'],
    ],
    ready: async () => {
      const answer = await api('GET', '/readyz').catch(() => undefined)
      return answer?.status === 200
    },
  }
}
