import type { KubernetesObject } from '../../src/kubernetes/objects.ts'

const EXPIRES_AT = 'hybrid-kubernetes-build.io/expires-at'

/**
 * Which of these objects nobody would ever remove, were their build dead from
 * now on, and why: one line each. What the cluster or a later build removes:
 *
 * - a namespace with an expiry;
 * - a Job that ends by its deadline and goes by its time to live;
 * - what belongs to an object that is there and goes, in the same namespace;
 * - what is in a namespace among them.
 */
export function strayObjects(objects: readonly KubernetesObject[]): readonly string[] {
  return objects.flatMap((object) => {
    const why = whyItStays(object, objects)
    return why === undefined ? [] : [`${object.kind} ${object.metadata.name}: ${why}`]
  })
}

/** Undefined: it goes. */
function whyItStays(object: KubernetesObject, all: readonly KubernetesObject[]): string | undefined {
  if (object.kind === 'Namespace') return whyNamespaceStays(object)
  const { namespace, ownerReferences = [] } = object.metadata
  if (object.kind === 'Job') return whyJobStays(object)
  if (ownerReferences.length > 0) return whyOwnerStays(object, all)
  const around = all.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace)
  if (around !== undefined) return whyNamespaceStays(around)
  return 'has no owner, and its namespace is not the build’s'
}

function whyNamespaceStays({ metadata }: KubernetesObject): string | undefined {
  const expires = metadata.annotations?.[EXPIRES_AT]
  if (expires === undefined) return 'has no expiry'
  return Number.isNaN(Date.parse(expires)) ? `has the expiry «${expires}»` : undefined
}

function whyJobStays(object: KubernetesObject): string | undefined {
  const { activeDeadlineSeconds, ttlSecondsAfterFinished, suspend } = (object['spec'] ?? {}) as {
    readonly activeDeadlineSeconds?: unknown
    readonly ttlSecondsAfterFinished?: unknown
    readonly suspend?: unknown
  }
  // The deadline of a suspended Job does not run.
  if (suspend === true) return 'is suspended'
  if (!isNumberFrom(1, activeDeadlineSeconds)) return 'has no deadline'
  return isNumberFrom(0, ttlSecondsAfterFinished) ? undefined : 'has no time to live'
}

/** The garbage collector takes it when its last owner has gone; an owner of another namespace is none. */
function whyOwnerStays({ metadata }: KubernetesObject, all: readonly KubernetesObject[]): string | undefined {
  for (const { kind, name, uid } of metadata.ownerReferences ?? []) {
    const owner = all.find((object) => object.kind === kind && object.metadata.uid === uid)
    if (owner?.metadata.namespace !== metadata.namespace) return `its ${kind} ${name} is not there`
    const why = whyItStays(owner ?? { apiVersion: '', kind, metadata: { name } }, all)
    if (why !== undefined) return `its ${kind} ${name} ${why}`
  }
  return undefined
}

const isNumberFrom = (least: number, value: unknown): boolean =>
  typeof value === 'number' && Number.isFinite(value) && value >= least
