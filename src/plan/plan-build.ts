import type { ContextArchive, MissingSource } from '../context/context-archive.ts'
import type { Failure } from '../failure/failure.ts'
import type { KubernetesObject } from '../kubernetes/objects.ts'
import type { BuildRequest } from '../request/build-request.ts'
import { parseDockerfile } from '../progress/dockerfile.ts'
import { printImageRepository } from '../request/image-reference.ts'
import type { BuildIdentity, BuildPlan, PlannedDelivery, RunContext } from './build-plan.ts'
import { contextMap } from './context-map.ts'
import { imageLabels } from './image-labels.ts'
import { destinations, kanikoArgs } from './kaniko-args.ts'
import { BUILD_CONTAINER, kanikoJob } from './kaniko-job.ts'
import { endsOf, type Lifetimes } from './lifetimes.ts'
import { podResources } from './pod-resources.ts'
import { buildAnnotations, buildLabels, objectNames, objectStem, ownNamespaceName } from './resource-names.ts'
import { type Marks, ownNamespace, ownServiceAccount } from './surroundings.ts'
import { decideUserNamespace } from './user-namespace.ts'

export { ownedBy } from './context-map.ts'
export { withoutUserNamespace } from './without-user-namespace.ts'

/** Everything that a plan depends on. */
export interface PlanGrounds {
  readonly request: BuildRequest
  readonly identity: BuildIdentity
  readonly run: RunContext
  readonly archive: ContextArchive
  /** The API server's clock. */
  readonly serverTime: Date
  /** Whether the nodes can run pods in user namespaces; undefined where nobody may look. */
  readonly userNamespaces: boolean | undefined
  readonly lifetimes: Lifetimes
}

export type PlanFailure = { readonly kind: 'failure'; readonly failure: Failure }

/** Decides everything that will be created. Pure: the same grounds give the same plan. */
export function planBuild(given: PlanGrounds): BuildPlan | PlanFailure {
  const { request, identity } = given
  const userNamespace = decideUserNamespace(request.userNamespace, given.userNamespaces)
  const { resources, notes } = podResources(request.resources)
  const [first] = request.tags
  return {
    kind: 'kaniko',
    identity,
    ...objectsOf(given, { userNamespace: userNamespace !== 'no', resources }),
    delivery: deliveryOf(given.archive),
    container: BUILD_CONTAINER,
    executor: request.executor,
    destinations: destinations(request),
    repository: request.push && first !== undefined ? printImageRepository(first) : undefined,
    userNamespace,
    timeoutSeconds: request.timeoutSeconds,
    scheduleTimeoutSeconds: request.scheduleTimeoutSeconds,
    dockerfile: parseDockerfile(given.archive.source.path, given.archive.source.text),
    usesCache: request.cache.kind === 'on',
    missingSources: given.archive.missing,
    notes: [...request.notices, ...notes, ...given.archive.missing.map(missingWords)],
  }
}

interface PodChoices {
  readonly userNamespace: boolean
  readonly resources: BuildRequest['resources']
}

function objectsOf(
  { request, identity, run, archive, serverTime, lifetimes }: PlanGrounds,
  pod: PodChoices,
): Pick<BuildPlan, 'namespace' | 'surroundings' | 'job' | 'contextMap'> {
  const own = request.namespace.kind === 'own'
  const namespace =
    request.namespace.kind === 'given' ? request.namespace.name : ownNamespaceName(run, identity)
  const names = objectNames(objectStem(request), identity)
  const ends = endsOf(request, serverTime, lifetimes)
  const marks: Marks = {
    labels: buildLabels(run, identity),
    annotations: buildAnnotations(run, identity, ends.expiresAt),
  }
  const job = kanikoJob({
    metadata: { name: names.job, namespace, ...marks },
    contextMap: archive.delivery.kind === 'configmap' ? names.contextMap : undefined,
    serviceAccount: own ? names.job : undefined,
    executor: request.executor,
    args: kanikoArgs(request, archive, imageLabels(request, run, serverTime)),
    ends,
    ...pod,
  })
  return {
    namespace,
    surroundings: own ? surroundingsOf(namespace, names.job, marks) : [],
    job,
    contextMap:
      archive.delivery.kind === 'configmap'
        ? contextMap({ name: names.contextMap, namespace, ...marks }, archive.delivery.bytes)
        : undefined,
  }
}

function deliveryOf({ delivery }: ContextArchive): PlannedDelivery {
  return delivery.kind === 'stream'
    ? { kind: 'stream' }
    : { kind: 'configmap', bytes: delivery.bytes.byteLength }
}

function surroundingsOf(namespace: string, account: string, marks: Marks): readonly KubernetesObject[] {
  return [ownNamespace(namespace, marks), ownServiceAccount(account, namespace, marks)]
}

/** Said before anything is sent. It may belong to a stage that is not built: the build goes on. */
function missingWords({ source, place, ignoredBy }: MissingSource): string {
  const why = ignoredBy === undefined ? 'is not in the context' : `is left out of the context by ${ignoredBy}`
  return `"${source}", copied at ${place.path}:${place.firstLine}, ${why}.`
}
