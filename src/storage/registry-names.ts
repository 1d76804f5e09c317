import { LABELS, MANAGER } from '../plan/resource-names.ts'

/** Names of what an installation is made of; its namespace has nothing else in it. */
export const NAMES = {
  /** Of the Deployment, its claim, the Service, and what only the registry itself reads. */
  registry: 'registry',
  settings: 'registry-settings',
  credentials: 'registry-credentials',
  /** Of the ConfigMap that says how the registry is reached, and of the role that lets everybody read it. */
  installation: 'installation',
  hostProxy: 'registry-host-proxy',
  quota: 'registry',
} as const

/** Port of the registry in its pod, and of its Service. */
export const PORT = 5000

/** Where the registry's volume is in its pod. */
export const DATA = '/var/lib/registry'

export const SETTINGS_FOLDER = '/etc/hybrid-build-registry'

/** Nobody in particular, as everywhere in the project. */
export const USER = 65532

const COMPONENT = 'app.kubernetes.io/component'
const NAME = 'app.kubernetes.io/name'

/** Labels of everything that an installation consists of. It has no expiry: no janitor takes it for a leftover. */
export const REGISTRY_LABELS = {
  [LABELS.managedBy]: MANAGER,
  [NAME]: 'hybrid-build-registry',
  [COMPONENT]: 'registry',
} as const

export const HOST_PROXY_LABELS = { ...REGISTRY_LABELS, [COMPONENT]: 'registry-host-proxy' } as const

/** Labels of pods that prove a way, and are gone when it is proved. */
export const PROOF_LABELS = { ...REGISTRY_LABELS, [COMPONENT]: 'registry-proof' } as const

/** What the pods of the registry are selected by. */
export const SELECTOR = { [NAME]: REGISTRY_LABELS[NAME], [COMPONENT]: REGISTRY_LABELS[COMPONENT] } as const

/** host:port by which pods reach the registry. */
export function pushHostIn(namespace: string): string {
  return `${NAMES.registry}.${namespace}.svc:${PORT}`
}

/** `a=b,c=d`. */
export function selectorText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
}
