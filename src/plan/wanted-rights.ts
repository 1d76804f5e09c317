import type { BuildPlan } from './build-plan.ts'
import type { Right } from './right.ts'
import type { Feature } from './rights.ts'
import { rightsOf } from './role.ts'

/** What a plan makes use of. */
export function featuresOf(plan: BuildPlan): readonly Feature[] {
  const { surroundings, contextMap, secrets, delivery, imageFiles } = plan
  const has = (isThere: boolean, ...features: readonly Feature[]): readonly Feature[] =>
    isThere ? features : []
  return [
    ...has(surroundings.length > 0, 'own-namespaces'),
    ...has(
      surroundings.some(({ kind }) => kind === 'NetworkPolicy'),
      'network-policy',
    ),
    'build',
    ...has(contextMap?.kind === 'ConfigMap', 'config-map'),
    ...has(secrets.length > 0 || contextMap?.kind === 'Secret', 'secrets'),
    ...has(delivery.kind === 'stream', 'streaming'),
    ...has(imageFiles !== undefined && imageFiles.files.length > 0, 'outputs'),
    'diagnosis',
    ...has(surroundings.length > 0, 'sweep', 'nodes'),
  ]
}

/**
 * The rights that a plan makes use of in a cluster of that version
 * (`v1.34.4`); undefined counts as old: what a cluster may not ask for yet is no
 * reason to fail.
 */
export function wantedRights(plan: BuildPlan, kubernetesVersion: string | undefined): readonly Right[] {
  return rightsOf(featuresOf(plan)).filter(isAskedBy(kubernetesVersion))
}

/** Whether a cluster of that version asks for a right. */
export function isAskedBy(kubernetesVersion: string | undefined): (right: Right) => boolean {
  const [, minor = '0'] = /^v?1\.(\d+)/.exec(kubernetesVersion ?? '') ?? []
  return ({ since }) => since === undefined || since <= Number(minor)
}
