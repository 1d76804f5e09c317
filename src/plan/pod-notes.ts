import type { BuildRequest } from '../request/build-request.ts'
import { hasVolumeClaim } from '../request/pod-template.ts'
import type { BuildPlan } from './build-plan.ts'

/** Whether the pod mounts a claim of a volume. */
export function mountsClaim({ context, pod: { cacheVolume, template } }: BuildRequest): boolean {
  if (context.kind === 'claim') return true
  return cacheVolume !== undefined || (template !== undefined && hasVolumeClaim(template.template))
}

/** What was decided for the user about Kaniko's pod, and why. */
export function podNotes(
  { pod, userNamespace, cache }: BuildRequest,
  decided: BuildPlan['userNamespace'],
): readonly string[] {
  const isWithout = userNamespace === 'auto' && decided === 'no'
  return [
    ...(isWithout ? ['No user namespace, because the build mounts a PersistentVolumeClaim.'] : []),
    ...(pod.cacheVolume !== undefined && cache.kind === 'off'
      ? ['cache-volume: without the cache Kaniko does not look into it.']
      : []),
    ...proxyNotes(pod),
  ]
}

/** Which proxies the pod has of the runner's, whoever builds. */
export function proxyNotes({ proxy }: BuildRequest['pod']): readonly string[] {
  return proxy === undefined ? [] : [proxyNote(proxy)]
}

function proxyNote(proxy: ReadonlyMap<string, string>): string {
  const names = [...proxy.keys()].filter((name) => name === name.toUpperCase())
  return names.length === 0
    ? 'pod-proxy: the runner has none of HTTP_PROXY, HTTPS_PROXY and NO_PROXY.'
    : `pod-proxy: ${names.join(', ')} as the runner has them.`
}
