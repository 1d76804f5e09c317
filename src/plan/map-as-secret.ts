import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { BuildPlan } from './build-plan.ts'
import { isMapping, withPodSpec } from './pod-spec.ts'

type Mapping = Readonly<Record<string, unknown>>

/**
 * The same build with a Secret in place of its ConfigMap, of the same name and
 * with the same keys: for who may make only the one, as the runners of ARC's
 * Kubernetes mode. What is in it is no secret, and is not masked.
 */
export function withMapAsSecret(plan: BuildPlan): BuildPlan {
  const { contextMap } = plan
  if (contextMap === undefined) return plan
  const { name } = contextMap.metadata
  const job = withPodSpec(plan.job, (spec) => ({ ...spec, volumes: fromSecret(spec['volumes'], name) }))
  return { ...plan, contextMap: asSecret(contextMap), job }
}

function asSecret({ metadata, data, binaryData }: KubernetesObject): KubernetesObject {
  const texts = Object.entries(isMapping(data) ? data : {})
  const encoded = texts.map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')])
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    type: 'Opaque',
    immutable: true,
    data: { ...Object.fromEntries(encoded), ...(isMapping(binaryData) ? binaryData : {}) },
  }
}

/** Volumes with the Secret where the ConfigMap of that name was. */
function fromSecret(volumes: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(volumes)) return []
  return volumes.map((volume: unknown) => {
    if (!isMapping(volume)) return volume
    const { configMap, ...others } = volume
    if (!isMapping(configMap) || configMap['name'] !== name) return volume
    const { name: secretName, ...source }: Mapping = configMap
    return { ...others, secret: { secretName, ...source } }
  })
}
