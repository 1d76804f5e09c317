import type { BuildContext } from '../context/context-archive.ts'
import type { KubernetesObject, ObjectMeta, ResourceRequirements } from '../kubernetes/objects.ts'
import type { BuildRequest } from '../request/build-request.ts'
import { ARCHITECTURE } from '../request/platform.ts'
import type { BuildPlan, PlannedDelivery } from './build-plan.ts'
import { buildSecret, type SecretFile, secretFiles } from './build-secrets.ts'
import { type CertificateFile, certificateFiles } from './certificate-files.ts'
import { contextMap } from './context-map.ts'
import { type GitCredentials, gitSecret } from './git-credentials.ts'
import { helperParts } from './helper-container.ts'
import { imageLabels } from './image-labels.ts'
import { kanikoArgs } from './kaniko-args.ts'
import { kanikoContainer } from './kaniko-container.ts'
import { isKey, keysOf } from './ssh-keys.ts'
import { type Places, placesOf } from './places.ts'
import { type BuildContainer, buildJob } from './build-job.ts'
import { buildkitArgs } from './buildkit-args.ts'
import { buildkitContainer } from './buildkit-container.ts'
import type { BuildkitRun } from './buildkit-mode.ts'
import { DAEMON_SETTINGS } from './buildkit-script.ts'
import { buildkitSettings } from './buildkit-settings.ts'
import type { Ends } from './lifetimes.ts'
import {
  cacheVolumeMount,
  certificatesMount,
  contextClaimMount,
  contextMount,
  credentialsMount,
  imageFilesMount,
  type Mount,
  secretsMount,
  settingsMount,
  sharedMemoryMount,
  stateMount,
} from './mounts.ts'
import { networkPolicy } from './network-policy.ts'
import type { PlanGrounds } from './plan-build.ts'
import type { Reached } from './reached-ports.ts'
import type { RegistryAuth } from './registry-auth.ts'
import { pushArgs, type Pushing } from './push-container.ts'
import { registrySecret } from './registry-secret.ts'
import {
  buildAnnotations,
  buildLabels,
  objectNames,
  type ObjectNames,
  objectStem,
  ownNamespaceName,
  runUrl,
} from './resource-names.ts'
import { type Marks, ownNamespace, ownServiceAccount } from './surroundings.ts'

/** What the plan has decided before any object is made. */
export interface PodChoices {
  readonly userNamespace: boolean
  readonly resources: ResourceRequirements
  readonly ends: Ends
  /** Of the container that builds. */
  readonly auth: RegistryAuth
  /** Of the one that pushes; undefined where the builder does. */
  readonly pushAuth: RegistryAuth | undefined
  /** Undefined: the context is cloned by nobody, or without. */
  readonly git: GitCredentials | undefined
  /** How BuildKit runs; undefined where Kaniko builds. */
  readonly buildkit: BuildkitRun | undefined
  readonly reached: Reached
}

/** What all objects of one build are made with. */
interface Making {
  readonly namespace: string
  readonly names: ObjectNames
  readonly marks: Marks
  readonly places: Places
  readonly certificates: readonly CertificateFile[]
  /** Of BuildKit's daemon; undefined where another one builds. */
  readonly settings: string | undefined
  readonly secrets: readonly SecretFile[]
}

/** All objects of a build. */
export function objectsOf(
  given: PlanGrounds,
  pod: PodChoices,
): Pick<BuildPlan, 'namespace' | 'surroundings' | 'job' | 'contextMap' | 'secrets' | 'secretKeys'> & {
  /** Undefined where the builder pushes. */
  readonly pushing: Pushing | undefined
} {
  const making = makingOf(given, pod.ends)
  const { namespace, names, marks, certificates, settings } = making
  const metadata = (name: string) => ({ name, namespace, ...marks })
  const delivery = given.context.kind === 'archive' ? given.context.delivery : undefined
  return {
    namespace,
    surroundings: given.request.namespace.kind === 'own' ? surroundingsOf(making, given, pod) : [],
    job: jobOf(given, pod, making),
    contextMap: contextMap(metadata(names.contextMap), {
      context: delivery?.kind === 'configmap' ? delivery.bytes : undefined,
      texts: new Map([
        ...certificates.map(({ file, pem }) => [file, pem] as const),
        ...(settings === undefined ? [] : [[DAEMON_SETTINGS, settings] as const]),
      ]),
    }),
    secrets: secretsOf(pod, making, metadata),
    secretKeys: new Map(making.secrets.map(({ id, file }) => [id, file])),
    pushing: pod.pushAuth && pushingOf(given, pod.pushAuth, pod.resources, making),
  }
}

/** What the container that pushes has, besides the image. */
function pushingOf(
  { request }: PlanGrounds,
  { config, mounted }: RegistryAuth,
  resources: ResourceRequirements,
  { names, certificates, places }: Making,
): Pushing {
  const secret = config === undefined ? mounted : names.pushSecret
  const files = certificates.map(({ file }) => file)
  return {
    request,
    args: pushArgs(request, new Map(certificates.map(({ registry, path }) => [registry, path]))),
    mounts: [
      ...(secret === undefined ? [] : [credentialsMount(secret, places, 'push-credentials')]),
      ...(files.length === 0 ? [] : [certificatesMount(names.contextMap, files, places)]),
    ],
    resources,
  }
}

function secretsOf(
  { auth: { config }, pushAuth, git }: PodChoices,
  { names, secrets }: Making,
  metadata: (name: string) => ObjectMeta,
): readonly KubernetesObject[] {
  const pushConfig = pushAuth?.config
  return [
    // First: what pushes is what the runner asks the registry with.
    ...(pushConfig === undefined ? [] : [registrySecret(metadata(names.pushSecret), pushConfig)]),
    ...(config === undefined ? [] : [registrySecret(metadata(names.registrySecret), config)]),
    ...(secrets.length === 0 ? [] : [buildSecret(metadata(names.buildSecret), secrets)]),
    ...(git === undefined ? [] : [gitSecret(metadata(names.gitSecret), git)]),
  ]
}

function makingOf({ request, run, identity, names, certificates, secrets }: PlanGrounds, ends: Ends): Making {
  const places = placesOf(request.builder)
  const files = certificateFiles(certificates, places)
  const paths = new Map(files.map(({ registry, path }) => [registry, path]))
  return {
    namespace: request.namespace.kind === 'given' ? request.namespace.name : ownNamespaceName(run, identity),
    names: names ?? objectNames(objectStem(request), identity),
    marks: {
      labels: buildLabels(run, identity),
      annotations: buildAnnotations(run, identity, ends.expiresAt),
    },
    places,
    certificates: files,
    settings: request.builder === 'buildkit' ? buildkitSettings(request, paths) : undefined,
    secrets: secretFiles(secrets, places),
  }
}

function jobOf(given: PlanGrounds, pod: PodChoices, making: Making): KubernetesObject {
  const { request, context } = given
  const { namespace, names, marks } = making
  const { serviceAccount } = request.registryAccess
  return buildJob({
    metadata: { name: names.job, namespace, ...marks },
    streamed: deliveryKind(context) === 'stream',
    mounts: [...mountsOf(making, pod.auth, context), ...mountsAskedFor(request, making.places)],
    serviceAccount: serviceAccount ?? (request.namespace.kind === 'own' ? names.job : undefined),
    cloudIdentity: serviceAccount !== undefined,
    nodeSelector: nodeSelectorOf(request),
    tolerations: request.tolerations,
    pod: request.pod,
    builder: containerOf(given, pod, making),
    ends: pod.ends,
    resources: pod.resources,
    userNamespace: pod.userNamespace,
    helper:
      request.imageFiles &&
      helperParts(request.imageFiles, request.builder, pod.ends.podSeconds, pod.resources),
  })
}

/** The container that builds. */
function containerOf(
  { request, run, context, serverTime }: PlanGrounds,
  { git, buildkit, pushAuth }: PodChoices,
  { names, certificates, secrets, places }: Making,
): BuildContainer {
  const delivery = deliveryKind(context)
  const { dockerfile } = context
  const labels = imageLabels(request, run, serverTime)
  const [keys, values] = [keysOf(request, secrets), secrets.filter(({ id }) => !isKey(request, id))]
  const paths = new Map(values.map(({ id, path }) => [id, path]))
  if (buildkit !== undefined) {
    const decided = { delivery, dockerfile, labels, secrets: paths, keys, runUrl: runUrl(run), places }
    const args = buildkitArgs(request, decided)
    return buildkitContainer(request, { ...buildkit, delivery, dockerfile, args, places })
  }
  const args = kanikoArgs(request, {
    delivery,
    dockerfile,
    labels,
    certificates: new Map(certificates.map(({ registry, path }) => [registry, path])),
    secrets: paths,
    isPushedElsewhere: pushAuth !== undefined,
  })
  return kanikoContainer(request, args, git && names.gitSecret)
}

function mountsOf(
  { names, certificates, settings, secrets, places }: Making,
  { config, mounted }: RegistryAuth,
  context: BuildContext,
): readonly Mount[] {
  const credentials = config === undefined ? mounted : names.registrySecret
  const files = certificates.map(({ file }) => file)
  const secretNames = secrets.map(({ file }) => file)
  return [
    ...(deliveryKind(context) === 'configmap' ? [contextMount(names.contextMap, places)] : []),
    ...(credentials === undefined ? [] : [credentialsMount(credentials, places)]),
    ...(files.length === 0 ? [] : [certificatesMount(names.contextMap, files, places)]),
    ...(settings === undefined
      ? []
      : [settingsMount(names.contextMap, DAEMON_SETTINGS, places), stateMount(places)]),
    ...(secretNames.length === 0 ? [] : [secretsMount(names.buildSecret, secretNames, places)]),
  ]
}

const deliveryKind = (context: BuildContext): PlannedDelivery['kind'] =>
  context.kind === 'fetched' ? 'executor' : context.delivery.kind

function mountsAskedFor(
  { context, pod, imageFiles, builder }: BuildRequest,
  places: Places,
): readonly Mount[] {
  const { cacheVolume, sharedMemory } = pod
  return [
    ...(context.kind === 'claim' ? [contextClaimMount(context.claim, places)] : []),
    ...(imageFiles === undefined ? [] : [imageFilesMount(places)]),
    ...(cacheVolume === undefined ? [] : [cacheVolumeMount(cacheVolume, places)]),
    ...(sharedMemory === undefined || builder !== 'kaniko' ? [] : [sharedMemoryMount(sharedMemory)]),
  ]
}

function nodeSelectorOf({ nodeSelector, platform }: BuildRequest): ReadonlyMap<string, string> {
  return platform === undefined
    ? nodeSelector
    : new Map([...nodeSelector, [ARCHITECTURE, platform.architecture]])
}

function surroundingsOf(
  { namespace, names, marks }: Making,
  { request, serverAddresses = [] }: PlanGrounds,
  { reached }: PodChoices,
): readonly KubernetesObject[] {
  const level = request.builder === 'buildkit' || request.load ? 'privileged' : 'baseline'
  const metadata = { name: names.job, namespace, ...marks }
  const policy = networkPolicy(metadata, request.networkPolicy, reached, serverAddresses)
  return [
    ownNamespace(namespace, marks, level),
    ownServiceAccount(names.job, namespace, marks),
    ...(policy === undefined ? [] : [policy]),
  ]
}
