import { Resolver } from 'node:dns/promises'
import { LabError } from '../command.ts'
import type { Site } from '../components/cluster.ts'
import { apiOf } from '../http.ts'
import type { ApiAnswer } from '../http.ts'
import { at, listAt, textAt } from '../json.ts'
import { askProbePod, probeAccount, probeNamespace, restrictedNamespace } from './probe-pod.ts'
import type { Probe } from './probe.ts'

/** The probes of what Kubernetes itself does. */
export const clusterProbes: readonly Probe[] = [
  { name: 'API server', check: apiServer },
  { name: 'node', check: node },
  { name: 'Pod Security admission', check: podSecurity },
  { name: 'users and RBAC', check: users },
  { name: 'service accounts and RBAC', check: serviceAccounts },
  { name: 'cluster DNS', check: clusterDns },
]

async function apiServer({ lab, addresses }: Site): Promise<string> {
  const { status, body } = await apiOf(lab, addresses)('GET', '/version')
  if (status !== 200) throw refusal('/version', { status, body })
  return `${textAt(body, 'gitVersion')} answers at ${addresses.node}`
}

async function node({ lab, addresses }: Site): Promise<string> {
  const answer = await apiOf(lab, addresses)('GET', `/api/v1/nodes/${lab.name}`)
  if (answer.status !== 200) throw refusal(`the node ${lab.name}`, answer)
  const ready = listAt(answer.body, 'status', 'conditions').find((one) => at(one, 'type') === 'Ready')
  if (at(ready, 'status') !== 'True') throw new LabError(`not Ready: ${textAt(ready, 'message')}`)
  const handlers = listAt(answer.body, 'status', 'runtimeHandlers')
  const userNamespaces = handlers.some((one) => at(one, 'features', 'userNamespaces') === true)
  if (!userNamespaces) throw new LabError('its container runtime does not offer user namespaces')
  return 'Ready, its runtime offers user namespaces'
}

async function podSecurity({ lab, addresses }: Site): Promise<string> {
  const pod = {
    metadata: { name: 'unrestricted' },
    spec: { serviceAccountName: probeAccount, containers: [{ name: 'any', image: 'any' }] },
  }
  const path = `/api/v1/namespaces/${restrictedNamespace}/pods?dryRun=All`
  const answer = await apiOf(lab, addresses)('POST', path, pod)
  if (answer.status === 403 && textAt(answer.body, 'message').includes('violates PodSecurity')) {
    return 'a restricted namespace refuses an unrestricted pod'
  }
  if (answer.status === 201) throw new LabError('a restricted namespace admits an unrestricted pod')
  throw refusal('a dry-run pod, for another reason,', answer)
}

/** The scheduler is a user like any other: known by its certificate, and allowed what its role says. */
async function users({ lab, addresses }: Site): Promise<string> {
  const api = apiOf(lab, addresses, 'scheduler')
  const allowed = await api('GET', '/api/v1/nodes')
  if (allowed.status !== 200) throw refusal('a user what its role allows', allowed)
  const forbidden = await api('GET', '/api/v1/secrets')
  if (forbidden.status !== 403) {
    throw new LabError(`a user may list secrets without a role (${String(forbidden.status)})`)
  }
  return 'a user with a certificate may do what its role says and no more'
}

async function serviceAccounts({ lab, addresses }: Site): Promise<string> {
  const api = apiOf(lab, addresses)
  const core = `/api/v1/namespaces/${probeNamespace}`
  const issued = await api('POST', `${core}/serviceaccounts/${probeAccount}/token`, { spec: {} })
  if (issued.status !== 201) throw refusal('a token for a service account', issued)
  const token = textAt(issued.body, 'status', 'token')
  const allowed = await api('GET', `${core}/pods`, undefined, token)
  if (allowed.status !== 200) throw refusal('a service account what its role allows', allowed)
  const forbidden = await api('GET', `${core}/secrets`, undefined, token)
  if (forbidden.status !== 403) {
    throw new LabError(`a service account may list secrets without a role (${String(forbidden.status)})`)
  }
  return 'a service account may do what its role says and no more'
}

async function clusterDns(site: Site): Promise<string> {
  const { addresses } = site
  const resolver = new Resolver({ timeout: 2000, tries: 1 })
  resolver.setServers([addresses.node])
  const name = 'kubernetes.default.svc.cluster.local'
  const found = await resolver.resolve4(name)
  if (!found.includes(addresses.kubernetesService)) throw new LabError(`${name} is ${found.join(', ')}`)
  const page = await askProbePod(site)
  if (!page.includes(addresses.kubernetesService)) throw new LabError(`a pod does not find ${name}:\n${page}`)
  return 'this machine and a pod find the API server by name'
}

function refusal(what: string, { status, body }: ApiAnswer): LabError {
  return new LabError(`the API server refused ${what}: ${String(status)} ${textAt(body, 'message')}`)
}
