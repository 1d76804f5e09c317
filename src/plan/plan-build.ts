import type { BuildContext, MissingSource } from '../context/context-archive.ts'
import type { Failure } from '../failure/failure.ts'
import type { BuildRequest } from '../request/build-request.ts'
import { type Dockerfile, isUnknown, parseDockerfile, unknownDockerfile } from '../progress/dockerfile.ts'
import { printImageRepository } from '../request/image-reference.ts'
import type { BuildIdentity, BuildPlan, PlannedDelivery, RunContext } from './build-plan.ts'
import { fetchedFrom, fetchedNotes } from './fetched-context.ts'
import { type BuildkitRun, buildkitRun } from './buildkit-mode.ts'
import type { BuildkitMode } from './buildkit-script.ts'
import { isKey } from './ssh-keys.ts'
import { type GitCredentials, gitCredentials, gitSecretId, isForClone } from './git-credentials.ts'
import { enforcedTimes } from './image-files.ts'
import { type Isolation, isolationFailure, planIsolation, withOneUser } from './isolation.ts'
import { destinations } from './kaniko-args.ts'
import { endsOf, type Lifetimes } from './lifetimes.ts'
import { objectsOf } from './plan-objects.ts'
import { policyNotes, type ServerAddress } from './network-policy.ts'
import { mountsClaim, podNotes, proxyNotes } from './pod-notes.ts'
import { podResources } from './pod-resources.ts'
import { withPodTemplate } from './pod-template.ts'
import { PUSH_CONTAINER, withPushContainer } from './push-container.ts'
import { reachedBy } from './reached-ports.ts'
import { type FoundCredentials, joinCredentials, type RegistryAuth } from './registry-auth.ts'
import { touchedRegistries } from './touched-registries.ts'
import { decideUserNamespace } from './user-namespace.ts'
import type { ObjectNames } from './resource-names.ts'
import { missingSecrets, secretNotes } from './wanted-secrets.ts'

export { ownedBy } from './context-map.ts'
export { laterAttempt, withoutUserNamespace } from './later-attempt.ts'

/** Everything that a plan depends on. */
export interface PlanGrounds {
  readonly request: BuildRequest
  readonly identity: BuildIdentity
  /** Names for the build's objects, in place of those made from the request and the identity. */
  readonly names?: ObjectNames
  readonly run: RunContext
  readonly context: BuildContext
  /** The API server's clock. */
  readonly serverTime: Date
  /** Whether the nodes can run pods in user namespaces; undefined where nobody may look. */
  readonly userNamespaces: boolean | undefined
  readonly lifetimes: Lifetimes
  readonly found: FoundCredentials
  /** PEM of the authorities of registries, by registry. */
  readonly certificates: ReadonlyMap<string, string>
  /** Values of the build's secrets, by their ids. Secret. */
  readonly secrets: ReadonlyMap<string, Uint8Array>
  /** Where the API server is, for a network policy that keeps the build from it. */
  readonly serverAddresses?: readonly ServerAddress[]
}

export type PlanFailure = { readonly kind: 'failure'; readonly failure: Failure }

/** Decides everything that will be created. Pure: the same grounds give the same plan. */
export function planBuild(grounds: PlanGrounds): BuildPlan | PlanFailure {
  const git = gitCredentials(grounds)
  const buildkit =
    grounds.request.builder === 'buildkit' ? buildkitRun(grounds.request, grounds.userNamespaces) : undefined
  const given = withHelperOf(withGitSecret(grounds, git), buildkit)
  const { identity, context } = given
  const dockerfile = dockerfileOf(context)
  const isolation = isolate(given, dockerfile)
  // With another cache, perhaps.
  const { request } = isolation.kind === 'apart' ? isolation.build : given
  const wanted = {
    dockerfile,
    target: request.target,
    given: new Set([...given.secrets.keys()].filter((id) => !isKey(request, id))),
    isUsedElsewhere: (id: string) => isForClone(request.context, id, request.frontend.contexts),
  }
  const failure = isolationFailure(request, buildkit?.mode) ?? missingSecrets(wanted)
  if (failure !== undefined) return { kind: 'failure', failure }
  const signedIn = signIn(given, dockerfile, isolation)
  if ('failure' in signedIn) return signedIn
  const { auth, pushAuth } = signedIn

  const userNamespace =
    buildkit === undefined
      ? decideUserNamespace(request.userNamespace, given.userNamespaces, mountsClaim(request))
      : USER_NAMESPACE[buildkit.mode]
  const { resources, notes } = podResources(request.resources)
  const ends = endsOf(enforcedTimes(request), given.serverTime, given.lifetimes)
  const reached = reachedBy(request, dockerfile)
  const choices = {
    userNamespace: userNamespace !== 'no',
    resources,
    ends,
    auth,
    pushAuth,
    git,
    buildkit,
    reached,
  }
  const { pushing, ...objects } = objectsOf(
    { ...given, request },
    request.builder === 'kaniko' ? choices : { ...choices, git: undefined },
  )
  const { job, notes: templateNotes } = withPodTemplate(objects.job, request.pod.template, request.builder)
  const [first] = request.tags
  const isPushedElsewhere = pushing !== undefined
  const missing = context.kind === 'archive' ? context.missing : []
  return {
    kind: request.builder,
    identity,
    ...objects,
    job: isPushedElsewhere ? withPushContainer(job, request.builder, pushing) : job,
    delivery: deliveryOf(given, git),
    container: request.builder,
    pushContainer: isPushedElsewhere ? PUSH_CONTAINER : undefined,
    executor: buildkit?.executor ?? request.executor,
    imageFiles: request.imageFiles,
    destinations: destinations(request),
    repository: request.push && first !== undefined ? printImageRepository(first) : undefined,
    credentials: [...(pushAuth?.credentials ?? []), ...auth.credentials],
    userNamespace,
    timeoutSeconds: request.timeoutSeconds,
    scheduleTimeoutSeconds: request.scheduleTimeoutSeconds,
    ends,
    cleanup: request.cleanup,
    dockerfile,
    usesCache: request.cache.kind === 'on',
    missingSources: missing,
    notes: [
      ...request.notices,
      ...notes,
      ...(buildkit === undefined
        ? podNotes(request, userNamespace)
        : [...buildkit.notes, ...proxyNotes(request.pod)]),
      ...policyNotes(request.networkPolicy, reached, given.serverAddresses ?? []),
      ...templateNotes,
      ...new Set([...(pushAuth?.notes ?? []), ...auth.notes]),
      ...isolation.notes,
      ...fetchedNotes(request, dockerfile, git),
      ...missing.map(missingWords),
      ...(isUnknown(dockerfile) ? [] : secretNotes(wanted)),
    ],
  }
}

/** Where credentials are kept apart, each container has its own. */
function signIn(
  given: PlanGrounds,
  dockerfile: Dockerfile,
  isolation: Isolation,
): { readonly auth: RegistryAuth; readonly pushAuth: RegistryAuth | undefined } | PlanFailure {
  if (isolation.kind === 'together') {
    const request = withOneUser(given.request)
    const auth = joinCredentials(request, touchedRegistries(request, dockerfile), given.found)
    return 'failure' in auth ? auth : { auth, pushAuth: undefined }
  }
  const { build, push } = isolation
  const auth = joinCredentials(build.request, build.touched, build.found)
  if ('failure' in auth) return auth
  if (!given.request.push) return { auth, pushAuth: undefined }
  const pushAuth = joinCredentials(push.request, push.touched, push.found)
  return 'failure' in pushAuth ? pushAuth : { auth, pushAuth }
}

function isolate({ request, found }: PlanGrounds, dockerfile: Dockerfile): Isolation {
  return planIsolation({ request, found, touched: touchedRegistries(request, dockerfile) })
}

const USER_NAMESPACE = { 'user-namespace': 'yes', rootless: 'no' } as const satisfies Record<
  BuildkitMode,
  BuildPlan['userNamespace']
>

/** BuildKit takes what clones as a secret of the build, under a name of its own for each host. */
function withGitSecret(given: PlanGrounds, git: GitCredentials | undefined): PlanGrounds {
  const { request, secrets } = given
  if (request.builder !== 'buildkit' || request.context.kind !== 'git' || git === undefined) return given
  const id = gitSecretId(request.context)
  return { ...given, secrets: new Map([...secrets, [id, Buffer.from(git.token)]]) }
}

/** What brings the files over is the image that builds, also where that is another one than was asked for. */
function withHelperOf(given: PlanGrounds, buildkit: BuildkitRun | undefined): PlanGrounds {
  const { request } = given
  const { imageFiles, executor } = request
  if (buildkit === undefined || imageFiles?.helperImage !== executor) return given
  return {
    ...given,
    request: { ...request, imageFiles: { ...imageFiles, helperImage: buildkit.executor } },
  }
}

/** The Dockerfile that a context is built by. */
export function dockerfileOf({ source, dockerfile }: BuildContext): Dockerfile {
  return source === undefined ? unknownDockerfile(dockerfile) : parseDockerfile(source.path, source.text)
}

function deliveryOf({ request, context }: PlanGrounds, git: GitCredentials | undefined): PlannedDelivery {
  if (context.kind === 'fetched') return { kind: 'executor', from: fetchedFrom(request.context, git) }
  const { delivery } = context
  return delivery.kind === 'stream'
    ? { kind: 'stream' }
    : { kind: 'configmap', bytes: delivery.bytes.byteLength }
}

/** Said before anything is sent. It may belong to a stage that is not built: the build goes on. */
function missingWords({ source, place, ignoredBy }: MissingSource): string {
  const why = ignoredBy === undefined ? 'is not in the context' : `is left out of the context by ${ignoredBy}`
  return `"${source}", copied at ${place.path}:${place.firstLine}, ${why}.`
}
