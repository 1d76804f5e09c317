import type { KubernetesObject } from '../kubernetes/objects.ts'
import { HOST_PROXY_LABELS, NAMES, USER } from './registry-names.ts'
import { RESTRICTED } from './registry-objects.ts'
import type { RegistryRequest } from './registry-request.ts'

/** Port of the proxy on each node's localhost: beside the NodePort, which a node may hold itself. */
export const hostProxyPort = (nodePort: number): number => nodePort + 1

const FOLDER = '/var/lib/registry'

/** What a node keeps of what it has pulled; layers are then in its own store as well. */
const SIZE = '2Gi'

/**
 * The registry's own program as a pull-through proxy on each node's network, where it listens on
 * `localhost` alone. `address` is the Service's: names of the cluster are not known there.
 */
export function hostProxy(
  { namespace, image, nodePort, hasCredentials }: RegistryRequest,
  address: string,
  settingsSum: string,
): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: NAMES.hostProxy, namespace, labels: HOST_PROXY_LABELS },
    spec: {
      selector: { matchLabels: HOST_PROXY_LABELS },
      template: {
        metadata: {
          labels: HOST_PROXY_LABELS,
          annotations: { 'hybrid-kubernetes-build.io/settings': settingsSum },
        },
        spec: {
          hostNetwork: true,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [{ operator: 'Exists' }],
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            runAsGroup: USER,
            fsGroup: USER,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'proxy',
              image,
              imagePullPolicy: 'IfNotPresent',
              command: [
                'sh',
                '-c',
                `cat >${FOLDER}/config.yml <<END\n${settings(nodePort, address, hasCredentials)}\nEND\nexec registry serve ${FOLDER}/config.yml`,
              ],
              env: [{ name: 'OTEL_TRACES_EXPORTER', value: 'none' }, ...password(hasCredentials)],
              resources: {
                requests: { cpu: '10m', memory: '32Mi' },
                limits: { memory: '256Mi', 'ephemeral-storage': SIZE },
              },
              securityContext: RESTRICTED,
              readinessProbe: {
                httpGet: { host: '127.0.0.1', path: '/', port: hostProxyPort(nodePort) },
                periodSeconds: 2,
              },
              volumeMounts: [{ name: 'data', mountPath: FOLDER }],
            },
          ],
          volumes: [{ name: 'data', emptyDir: { sizeLimit: SIZE } }],
        },
      },
    },
  }
}

/** The variable is expanded by the shell, in the pod: the password stands in no object. */
function settings(nodePort: number, address: string, hasCredentials: boolean): string {
  return JSON.stringify({
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: `${FOLDER}/data` }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${hostProxyPort(nodePort)}` },
    proxy: {
      remoteurl: `http://${address}`,
      ttl: '24h',
      ...(hasCredentials ? { username: 'builder', password: '$PASSWORD' } : {}),
    },
  })
}

function password(hasCredentials: boolean): readonly object[] {
  if (!hasCredentials) return []
  return [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: NAMES.credentials, key: 'password' } } }]
}
