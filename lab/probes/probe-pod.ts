import { setTimeout as sleep } from 'node:timers/promises'
import { ports } from '../addresses.ts'
import type { Site } from '../components/cluster.ts'
import { plainAddress, secureAddress, secureCredentials } from '../components/registries.ts'
import { LabError } from '../command.ts'
import { apiOf, ask } from '../http.ts'
import type { Api } from '../http.ts'
import { guardedRepository, pushGuardedImage } from '../images/stock.ts'
import { textAt } from '../json.ts'
import { waitUntil } from '../waiting.ts'

/** Where the lab's own probes live. */
export const probeNamespace = 'lab-probe'
/** A namespace that admits only what Pod Security's level «restricted» admits. */
export const restrictedNamespace = 'lab-probe-restricted'
/** The service account that may list the probe namespace's pods and nothing else. */
export const probeAccount = 'probe'

const POD = 'probe'
const SECRET = 'guarded-registry'
const CONTAINER_PORT = 8080

/** Answers each request with what the container sees of itself and of the cluster's names. */
const PAGE = `#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n'
echo "users $(cat /proc/self/uid_map)"
grep ^Seccomp: /proc/self/status
nslookup -type=a kubernetes.default.svc.cluster.local 2>&1
`

const SERVE = [
  'mkdir -p /tmp/www/cgi-bin',
  `printf '%s' "$PAGE" >/tmp/www/cgi-bin/page`,
  'chmod 755 /tmp/www/cgi-bin/page',
  `exec httpd -f -p ${String(CONTAINER_PORT)} -h /tmp/www`,
].join(' && ')

/** What the probe pod answers through its NodePort Service. Throws when it does not answer. */
export async function askProbePod({ addresses }: Site): Promise<string> {
  const url = `http://${addresses.node}:${String(ports.probeNodePort)}/cgi-bin/page`
  const answer = await ask(url, { timeout: 3000 })
  if (answer.status !== 200) throw new LabError(`${url} answered ${String(answer.status)}`)
  return answer.text
}

/** Creates the probes' objects where they are missing, and waits until the probe pod answers. */
export async function setUpProbes(site: Site): Promise<void> {
  if (await answers(site)) return
  await pushGuardedImage(site)
  const api = apiOf(site.lab, site.addresses)
  const pods = `/api/v1/namespaces/${probeNamespace}/pods`
  await api('DELETE', `${pods}/${POD}?gracePeriodSeconds=0`)
  await waitUntil('The end of the old probe pod', 30, async () => {
    return (await api('GET', `${pods}/${POD}`)).status === 404
  })
  for (const [path, object] of objects(site)) await create(api, path, object)
  await waitUntil('The probe pod', 60, async () => (await answers(site)) || (await pause()))
}

async function pause(): Promise<false> {
  await sleep(100)
  return false
}

async function answers(site: Site): Promise<boolean> {
  return askProbePod(site).then(
    () => true,
    () => false,
  )
}

/** Creates an object unless it exists. Throws a LabError with the API server's words. */
async function create(api: Api, path: string, object: unknown): Promise<void> {
  // Asked for first: of a Service that exists the API server says that its port is taken.
  const existing = await api('GET', `${path}/${textAt(object, 'metadata', 'name')}`)
  if (existing.status === 200) return
  const { status, body } = await api('POST', path, object)
  if (status === 201) return
  throw new LabError(`${path} refused: ${String(status)} ${textAt(body, 'message')}`)
}

function objects(site: Site): readonly (readonly [path: string, object: unknown])[] {
  const core = `/api/v1/namespaces/${probeNamespace}`
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${probeNamespace}`
  const enforce = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  return [
    ['/api/v1/namespaces', { metadata: { name: probeNamespace } }],
    ['/api/v1/namespaces', { metadata: { name: restrictedNamespace, labels: enforce } }],
    [`${core}/serviceaccounts`, { metadata: { name: probeAccount } }],
    [`/api/v1/namespaces/${restrictedNamespace}/serviceaccounts`, { metadata: { name: probeAccount } }],
    [`${rbac}/roles`, role],
    [`${rbac}/rolebindings`, roleBinding],
    [`${core}/secrets`, registrySecret(site)],
    [`${core}/services`, service],
    [`${core}/pods`, pod(site)],
  ]
}

const role = {
  metadata: { name: POD },
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }],
}

const roleBinding = {
  metadata: { name: POD },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: POD },
  subjects: [{ kind: 'ServiceAccount', name: probeAccount, namespace: probeNamespace }],
}

const service = {
  metadata: { name: POD },
  spec: {
    type: 'NodePort',
    selector: { app: POD },
    ports: [{ port: 80, targetPort: CONTAINER_PORT, nodePort: ports.probeNodePort }],
  },
}

function registrySecret({ addresses }: Site): unknown {
  const { username, password } = secureCredentials
  const auths = { [secureAddress(addresses)]: { username, password } }
  return {
    metadata: { name: SECRET },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
  }
}

/** It runs only where user namespaces, seccomp, and pulling from both registries work. */
function pod({ addresses }: Site): unknown {
  const resources = { requests: { cpu: '1m', memory: '8Mi' } }
  return {
    metadata: { name: POD, labels: { app: POD } },
    spec: {
      hostUsers: false,
      serviceAccountName: probeAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 0,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      imagePullSecrets: [{ name: SECRET }],
      containers: [
        {
          name: 'page',
          image: `${plainAddress(addresses)}/library/busybox:latest`,
          imagePullPolicy: 'Always',
          command: ['sh', '-c', SERVE],
          env: [{ name: 'PAGE', value: PAGE }],
          resources,
        },
        {
          name: 'guarded',
          image: `${secureAddress(addresses)}/${guardedRepository}:latest`,
          imagePullPolicy: 'Always',
          command: ['sleep', '1000000000'],
          resources,
        },
      ],
    },
  }
}
