import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { BuildIdentity, BuildPlan } from './build-plan.ts'
import { isMapping } from './pod-spec.ts'
import { LABELS } from './resource-names.ts'

/** A DNS-1123 label's length. */
const LONGEST = 63

/** What a Job beside the build is made of. */
export interface BesideJob {
  /** What it does, as a part of its name: `pull`. */
  readonly part: string
  /** Drawn for it: the build's pod and this one must not be taken for each other. */
  readonly random: BuildIdentity['random']
  /** Until the cluster ends it, should the runner have died; in seconds. */
  readonly seconds: number
  readonly container: Readonly<Record<string, unknown>> & { readonly name: string }
  /** Further fields of the pod's spec. */
  readonly pod: Readonly<Record<string, unknown>>
}

/** Where the build went, this goes; what a pod template has put there as well. */
const PLACEMENT = [
  'serviceAccountName',
  'nodeSelector',
  'tolerations',
  'affinity',
  'priorityClassName',
  'runtimeClassName',
  'imagePullSecrets',
]

/**
 * A plan for one more Job in the place of the build's, created, watched and removed as that is. It
 * carries the build's owner token, and what is left of it goes with its own time to live.
 */
export function besidePlan(plan: BuildPlan, beside: BesideJob): BuildPlan {
  const { random, container } = beside
  return {
    ...plan,
    identity: { ...plan.identity, random },
    surroundings: [],
    job: besideJob(plan, beside),
    contextMap: undefined,
    secrets: [],
    container: container.name,
    pushContainer: undefined,
    imageFiles: undefined,
  }
}

function besideJob(
  { job, ends }: BuildPlan,
  { part, random, seconds, container, pod }: BesideJob,
): KubernetesObject {
  const labels = { ...job.metadata.labels, [LABELS.build]: random }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...job.metadata, name: besideName(job.metadata.name, part, random), labels },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: seconds,
      ttlSecondsAfterFinished: ends.ttlSeconds,
      template: {
        metadata: { labels, annotations: job.metadata.annotations },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 0,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          ...placement(job),
          ...pod,
          containers: [container],
        },
      },
    },
  }
}

/** The build's name with the part before a random end of its own. */
function besideName(name: string, part: string, random: string): string {
  const end = `-${part}-${random}`
  const stem = name.replace(/-[a-z0-9]{5}$/, '')
  return `${stem.slice(0, LONGEST - end.length).replace(/-+$/, '')}${end}`
}

function placement(job: KubernetesObject): Readonly<Record<string, unknown>> {
  const spec = podSpecOf(job)
  return Object.fromEntries(PLACEMENT.flatMap((key) => (key in spec ? [[key, spec[key]]] : [])))
}

/** The spec of a Job's pod. */
export function podSpecOf(job: KubernetesObject): Readonly<Record<string, unknown>> {
  const inside = (value: unknown, key: string): unknown => (isMapping(value) ? value[key] : undefined)
  const spec = inside(inside(job['spec'], 'template'), 'spec')
  return isMapping(spec) ? spec : {}
}
