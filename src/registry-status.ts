import type { ObjectSession } from './cluster/object-session.ts'
import { ActionError } from './failure/failure.ts'
import { readInstallation, registryPod } from './install-registry.ts'
import type { KubernetesObject } from './kubernetes/objects.ts'
import { INVENTORY_SCRIPT, type Inventory, parseInventory } from './storage/inventory.ts'
import { notInstalled } from './storage/refusals.ts'
import { NAMES } from './storage/registry-names.ts'
import { DEFAULTS } from './storage/registry-request.ts'
import type { RegistryStatus } from './storage/status-words.ts'

/** Looks at an installation; throws `registry-missing` where there is none. */
export async function registryStatus(
  namespace: string,
  session: ObjectSession,
  signal: AbortSignal,
): Promise<RegistryStatus> {
  const [deployment, installation, pod] = await Promise.all([
    session.read({ kind: 'Deployment', namespace, name: NAMES.registry }, signal),
    readInstallation(namespace, session, signal),
    registryPod(namespace, session, signal),
  ])
  if (deployment === undefined)
    throw new ActionError(notInstalled(namespace, namespace === DEFAULTS.namespace))
  const [nodes, inventory] = await Promise.all([
    schedulable(session, signal),
    pod === undefined ? undefined : inventoryOf(namespace, pod.metadata.name, session, signal),
  ])
  return {
    namespace,
    image: imageOf(deployment),
    isReady: pod !== undefined,
    installation,
    unprovedNodes: nodes.filter((name) => installation?.nodes.includes(name) !== true),
    storage: storageOf(
      deployment,
      await session.read({ kind: 'PersistentVolumeClaim', namespace, name: NAMES.registry }, signal),
    ),
    inventory,
  }
}

/** What the registry holds; throws where it cannot be looked at. */
export async function inventoryOf(
  namespace: string,
  pod: string,
  session: ObjectSession,
  signal: AbortSignal,
): Promise<Inventory> {
  const place = { namespace, pod, container: 'registry' }
  return parseInventory(await session.run(place, INVENTORY_SCRIPT, signal))
}

async function schedulable(session: ObjectSession, signal: AbortSignal): Promise<readonly string[]> {
  const nodes = await session.list('Node', { labelSelector: 'kubernetes.io/os=linux' }, signal)
  // The one field of a node's spec that says so.
  const isCordoned = (node: KubernetesObject) =>
    (node['spec'] as { unschedulable?: boolean } | undefined)?.unschedulable
  return nodes.filter((node) => isCordoned(node) !== true).map(({ metadata }) => metadata.name)
}

/** The fields of a Deployment and a claim that are used here. */
interface DeploymentFields {
  readonly spec?: {
    readonly template?: {
      readonly spec?: {
        readonly containers?: readonly { readonly image?: string }[]
        readonly volumes?: readonly { readonly emptyDir?: { readonly sizeLimit?: string } }[]
      }
    }
  }
}

interface ClaimFields {
  readonly spec?: { readonly resources?: { readonly requests?: { readonly storage?: string } } }
}

function imageOf(deployment: KubernetesObject): string {
  return (deployment as DeploymentFields).spec?.template?.spec?.containers?.[0]?.image ?? ''
}

function storageOf(
  deployment: KubernetesObject,
  claim: KubernetesObject | undefined,
): RegistryStatus['storage'] {
  const volumes = (deployment as DeploymentFields).spec?.template?.spec?.volumes ?? []
  const folder = volumes.find(({ emptyDir }) => emptyDir !== undefined)?.emptyDir
  if (folder !== undefined) return { kind: 'ephemeral', size: folder.sizeLimit ?? '' }
  return { kind: 'claim', size: (claim as ClaimFields | undefined)?.spec?.resources?.requests?.storage ?? '' }
}
