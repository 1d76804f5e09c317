import type { KubernetesObject } from '../kubernetes/objects.ts'
import { fieldOf, isJsonList, isJsonMapping, type Json, type JsonMapping } from '../request/json-yaml.ts'
import type { ClusterBuilder } from '../request/builder-choice.ts'
import type { PodTemplate } from '../request/pod-template.ts'
import { HELPER_CONTAINER } from './helper-container.ts'
import { strategicMerge } from './strategic-merge.ts'

/** Without these the action would not find its pod again, or not know what came of it. */
const NEEDED = {
  metadata: ['name', 'generateName', 'namespace', 'uid', 'ownerReferences', 'finalizers'],
  spec: ['restartPolicy', 'activeDeadlineSeconds'],
  container: ['image', 'args', 'restartPolicy', 'terminationMessagePath', 'terminationMessagePolicy'],
} as const

/** Kaniko's sign of a container, and where BuildKit's client finds its credentials. */
const OWN_VARIABLES = ['container', 'DOCKER_CONFIG'] as const

/** What keeps the build from its node and from the cluster's rights. */
const SECURITY = {
  spec: [
    'securityContext',
    'serviceAccountName',
    'serviceAccount',
    'automountServiceAccountToken',
    'hostUsers',
    'hostNetwork',
    'hostPID',
    'hostIPC',
    'shareProcessNamespace',
  ],
  container: ['command', 'securityContext'],
} as const

/** A Job with the user's template in its pod. */
export interface TemplatedJob {
  readonly job: KubernetesObject
  /** What of the template was not taken, and what it does that is probably not meant. */
  readonly notes: readonly string[]
}

/**
 * The Job with `template` merged into its pod; what the action needs or answers
 * for stays as it was. The container that builds is called as its builder.
 */
export function withPodTemplate(
  job: KubernetesObject,
  given: PodTemplate | undefined,
  builder: ClusterBuilder,
): TemplatedJob {
  const spec = job['spec']
  if (given === undefined || !isJsonMapping(spec)) return { job, notes: [] }
  const ours = mappingAt(spec, 'template')
  const merged = strategicMerge(ours, given.template)
  const pod = restored(merged, ours, builder, given.isUnsafeAllowed)
  return {
    job: { ...job, spec: { ...spec, template: pod.value } },
    notes: [
      ...keptNotes(pod.kept, builder, given.isUnsafeAllowed),
      ...(builder === 'kaniko' ? mountNotes(pod.value, ours) : []),
    ],
  }
}

/** A value with some of its parts as they were, and the names of those that had changed. */
interface Restored<T extends Json = JsonMapping> {
  readonly value: T
  readonly kept: readonly string[]
}

function restored(
  merged: JsonMapping,
  ours: JsonMapping,
  builder: ClusterBuilder,
  isUnsafeAllowed: boolean,
): Restored {
  const at = (field: string): readonly [JsonMapping, JsonMapping] => [
    mappingAt(merged, field),
    mappingAt(ours, field),
  ]
  const metadata = restoredMetadata(...at('metadata'))
  const fields = isUnsafeAllowed ? NEEDED.spec : [...NEEDED.spec, ...SECURITY.spec]
  const [mergedSpec, ourSpec] = at('spec')
  const spec = restoredFields(mergedSpec, ourSpec, fields, 'spec.')
  const containers = restoredContainers(
    ...listsAt('containers', spec.value, ourSpec),
    builder,
    isUnsafeAllowed,
  )
  const volumes = restoredEntries(...listsAt('volumes', spec.value, ourSpec), 'name', 'the volume ')
  return {
    value: {
      ...merged,
      metadata: metadata.value,
      spec: { ...spec.value, containers: containers.value, volumes: volumes.value },
    },
    kept: [...metadata.kept, ...spec.kept, ...containers.kept, ...volumes.kept],
  }
}

function restoredMetadata(merged: JsonMapping, ours: JsonMapping): Restored {
  const top = restoredFields(merged, ours, NEEDED.metadata, 'metadata.')
  const marks = (['labels', 'annotations'] as const).map((field) => {
    const our = mappingAt(ours, field)
    const owned = Object.keys(our).filter(isOwnMark)
    return [field, restoredFields(mappingAt(top.value, field), our, owned, `metadata.${field}.`)] as const
  })
  return {
    value: { ...top.value, ...Object.fromEntries(marks.map(([field, { value }]) => [field, value])) },
    kept: [...top.kept, ...marks.flatMap(([, { kept }]) => kept)],
  }
}

/** By these the build finds its pod and knows it for its own. */
const isOwnMark = (key: string): boolean =>
  key === 'app.kubernetes.io/managed-by' || key.startsWith('hybrid-kubernetes-build.io/')

function restoredContainers(
  merged: readonly Json[],
  ours: readonly Json[],
  builder: ClusterBuilder,
  isUnsafeAllowed: boolean,
): Restored<readonly Json[]> {
  const [our] = ours
  const fields = isUnsafeAllowed ? NEEDED.container : [...NEEDED.container, ...SECURITY.container]
  const all = merged.map((container): Restored<Json> => {
    if (!isJsonMapping(container) || textAt(container, 'name') !== builder || !isJsonMapping(our))
      return restoredHelper(container, ours)
    const top = restoredFields(container, our, fields, `${builder}.`)
    const env = restoredEntries(...listsAt('env', top.value, our), 'name', 'the variable ', OWN_VARIABLES)
    const mounts = restoredEntries(...listsAt('volumeMounts', top.value, our), 'mountPath', 'the mount at ')
    return {
      value: { ...top.value, env: env.value, volumeMounts: mounts.value },
      kept: [...top.kept, ...env.kept, ...mounts.kept],
    }
  })
  return { value: all.map(({ value }) => value), kept: all.flatMap(({ kept }) => kept) }
}

/**
 * The container beside the builder's is the action's own, but for its resources: a
 * LimitRange may want others. Any other container is the user's.
 */
function restoredHelper(container: Json, ours: readonly Json[]): Restored<Json> {
  const helper = ours.find((our) => textAt(our, 'name') === HELPER_CONTAINER)
  if (helper === undefined || textAt(container, 'name') !== HELPER_CONTAINER)
    return { value: container, kept: [] }
  if (!isJsonMapping(helper) || !isJsonMapping(container)) return { value: helper, kept: [] }
  const value = { ...helper, resources: fieldOf(container, 'resources') ?? {} }
  return { value, kept: isSame(container, value) ? [] : [`the container ${HELPER_CONTAINER}`] }
}

/** `fields` as they are in `ours`, those that it has not included. */
function restoredFields(
  merged: JsonMapping,
  ours: JsonMapping,
  fields: readonly string[],
  where: string,
): Restored {
  const changed = fields.filter((field) => !isSame(fieldOf(merged, field), fieldOf(ours, field)))
  const own = changed.filter((field) => Object.hasOwn(ours, field))
  return {
    value: Object.fromEntries([
      ...Object.entries(merged).filter(([field]) => !changed.includes(field)),
      ...Object.entries(ours).filter(([field]) => own.includes(field)),
    ]),
    kept: changed.map((field) => where + field),
  }
}

/** Entries of `ours` in their places and as they were; of those named in `only`, if that is given. */
function restoredEntries(
  merged: readonly Json[],
  ours: readonly Json[],
  key: string,
  what: string,
  only?: readonly string[],
): Restored<readonly Json[]> {
  const nameOf = (entry: Json): string => textAt(entry, key)
  const guarded = ours.filter((entry) => only?.includes(nameOf(entry)) ?? true)
  const names = guarded.map(nameOf)
  const changed = guarded.filter((our) => !merged.some((entry) => isSame(entry, our)))
  return {
    value: [...guarded, ...merged.filter((entry) => !names.includes(nameOf(entry)))],
    kept: changed.map((entry) => what + nameOf(entry)),
  }
}

function keptNotes(
  kept: readonly string[],
  builder: ClusterBuilder,
  isUnsafeAllowed: boolean,
): readonly string[] {
  if (kept.length === 0) return []
  const names: readonly string[] = [
    ...SECURITY.spec.map((field) => `spec.${field}`),
    ...SECURITY.container.map((field) => `${builder}.${field}`),
  ]
  const cure =
    !isUnsafeAllowed && kept.some((name) => names.includes(name))
      ? ' `allow-unsafe-pod-template: true` takes over what is about security.'
      : ''
  return [`pod-template: not taken, because the action sets it: ${kept.join(', ')}.${cure}`]
}

/** Kaniko leaves out of the image whatever lies in a mount. */
function mountNotes(pod: JsonMapping, ours: JsonMapping): readonly string[] {
  const paths = (one: JsonMapping): readonly string[] =>
    listAt(mappingAt(one, 'spec'), 'containers')
      .filter((container) => textAt(container, 'name') === 'kaniko')
      .flatMap((container) => (isJsonMapping(container) ? listAt(container, 'volumeMounts') : []))
      .map((mount) => textAt(mount, 'mountPath'))
  const before = paths(ours)
  const outside = paths(pod).filter((path) => !before.includes(path) && !/^\/kaniko\/./.test(path))
  if (outside.length === 0) return []
  return [`pod-template mounts ${outside.join(', ')}: what the Dockerfile puts there is not in the image.`]
}

function textAt(value: Json, field: string): string {
  const text = isJsonMapping(value) ? fieldOf(value, field) : undefined
  return typeof text === 'string' ? text : ''
}

function mappingAt(mapping: JsonMapping, field: string): JsonMapping {
  const value = fieldOf(mapping, field)
  return isJsonMapping(value) ? value : {}
}

function listAt(mapping: JsonMapping, field: string): readonly Json[] {
  const value = fieldOf(mapping, field)
  return isJsonList(value) ? value : []
}

function listsAt(
  field: string,
  one: JsonMapping,
  other: JsonMapping,
): readonly [readonly Json[], readonly Json[]] {
  return [listAt(one, field), listAt(other, field)]
}

const isSame = (one: Json | undefined, other: Json | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other)
