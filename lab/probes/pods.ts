import { ports } from '../addresses.ts'
import { LabError } from '../command.ts'
import type { Site } from '../components/cluster.ts'
import { askProbePod } from './probe-pod.ts'
import type { Probe } from './probe.ts'

/** The probes that ask the pod which `up` leaves running for them. */
export const podProbes: readonly Probe[] = [
  { name: 'NodePort Service', check: nodePort },
  { name: 'user namespaces', check: userNamespaces },
  { name: 'seccomp', check: seccomp },
]

async function nodePort(site: Site): Promise<string> {
  await askProbePod(site)
  return `a pod answers at ${site.addresses.node}:${String(ports.probeNodePort)}`
}

async function userNamespaces(site: Site): Promise<string> {
  const page = await askProbePod(site)
  const [, inside, outside] = /^users\s+(\d+)\s+(\d+)/m.exec(page) ?? []
  if (inside === undefined || outside === undefined) throw new LabError('a pod’s uid_map could not be read')
  if (outside === '0') throw new LabError('a pod with hostUsers: false has the node’s own users')
  return `uid ${inside} of a pod is uid ${outside} of the node`
}

async function seccomp(site: Site): Promise<string> {
  const mode = /^Seccomp:\s+(\d)/m.exec(await askProbePod(site))?.[1]
  if (mode !== '2')
    throw new LabError(`a pod with RuntimeDefault has seccomp mode ${mode ?? 'unknown'}, not 2`)
  return 'a pod with RuntimeDefault is filtered'
}
