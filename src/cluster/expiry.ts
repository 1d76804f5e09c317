import type { KubernetesObject } from '../kubernetes/objects.ts'

const EXPIRES_AT = 'hybrid-kubernetes-build.io/expires-at'
const MANAGED_BY = 'app.kubernetes.io/managed-by'
const US = 'hybrid-kubernetes-build'

/** The label selector of all that builds create. */
export const OURS = `${MANAGED_BY}=${US}`

/** The server filters by the label; what it deletes is checked here once more. */
export function isOurs({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[MANAGED_BY] === US
}

/** As builds write it; `Date.parse` alone would take «1» for a day in 2001. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/**
 * Why an object of ours is not to be removed, completing a sentence; undefined: its
 * end has come. `now` by the server's clock: a runner's may be hours off, and
 * somebody's build would go. Undefined where the server did not say.
 */
export function whyKept({ metadata }: KubernetesObject, now: Date | undefined): string | undefined {
  if (metadata.deletionTimestamp !== undefined) return 'it is being removed already'
  const expiry = metadata.annotations?.[EXPIRES_AT]
  if (expiry === undefined) return 'it has no expiry'
  const end = TIME.test(expiry) ? Date.parse(expiry) : NaN
  if (Number.isNaN(end)) return 'its expiry is not a time'
  if (now === undefined) return 'the cluster does not say what time it is'
  return end < now.getTime() ? undefined : `it expires at ${expiry}`
}
